from django.urls import path

from common.help import chapters
from common.search import views

app_name = "search"
chapters.tell(app_name, "user-guide#finding-things")
urlpatterns = [
    path("", views.search, name="page"),
    path("palette/", views.palette, name="palette"),
    path("actions/", views.actions, name="actions"),
    path("opened/", views.opened, name="opened"),
    path("people/<int:pk>/", views.person, name="person"),
]
