from django.urls import path

from common.upkeep import views

app_name = "upkeep"
urlpatterns = [path("release/", views.release, name="release")]
