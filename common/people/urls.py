from django.urls import path

from common.people import views

app_name = "people"
urlpatterns = [
    path("signin/<str:token>/", views.one_time_link, name="link"),
    path("me/", views.profile, name="profile"),
    path("me/sidebar/", views.sidebar, name="sidebar"),
]
