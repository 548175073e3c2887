from django.urls import path

from common.help import chapters
from common.notifications import views

app_name = "notifications"
chapters.tell(app_name, "user-guide#what-you-are-told")
urlpatterns = [
    path("", views.notifications, name="page"),
    path("bell/", views.bell, name="bell"),
    path("mark/", views.mark, name="mark"),
    path("seen/", views.seen, name="seen"),
    path("attend/", views.attend, name="attend"),
    path("reply/", views.reply, name="reply"),
    path("settings/", views.settings, name="settings"),
    path("people/", views.people, name="people"),
]
