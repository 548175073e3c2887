from django.urls import path

from common.help import views

app_name = "help"
urlpatterns = [path("", views.home, name="home"), path("<slug:key>/", views.guide, name="guide")]
