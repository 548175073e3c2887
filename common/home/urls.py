from django.urls import path

from common.help import chapters
from common.home.views import account, app, today

chapters.tell("home", "user-guide#today")
chapters.tell("profile", "user-guide#your-settings")
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
