from django.urls import path

from common.home.views import account, today

urlpatterns = [
    path("", today.home, name="home"),
    path("today/figures/", today.figures, name="today-figures"),
    path("signin/<str:token>/", account.one_time_link, name="sign-in-link"),
    path("me/", account.profile, name="profile"),
    path("me/sidebar/", account.sidebar, name="sidebar"),
]
