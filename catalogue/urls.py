from common.records.routes import urls

app_name = "products"
urlpatterns = urls("catalogue.product")
