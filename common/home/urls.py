from django.urls import path

from common.home.views import account, app, today

urlpatterns = [
    path("", today.home, name="home"),
    path("today/figures/", today.figures, name="today-figures"),
    path("signin/<str:token>/", account.one_time_link, name="sign-in-link"),
    path("me/", account.profile, name="profile"),
    path("me/sidebar/", account.sidebar, name="sidebar"),
    path("me/token/", app.token, name="token"),
    path("manifest.webmanifest", app.manifest, name="manifest"),
    path("sw.js", app.worker, name="worker"),
    path("offline/", app.offline, name="offline"),
]
