from django.urls import path

from common.files import views

app_name = "files"
urlpatterns = [path("<int:pk>/<path:name>", views.serve, name="serve")]
