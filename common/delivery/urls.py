from django.urls import path

from common.delivery import views

app_name = "delivery"
urlpatterns = [path("", views.outbox, name="outbox"), path("<int:pk>/", views.mail, name="mail")]
