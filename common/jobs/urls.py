from django.urls import path

from common.help import chapters
from common.jobs import views

app_name = "jobs"
chapters.tell(app_name, "user-guide#background-work")
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<int:pk>/retry/", views.retry, name="retry"),
    path("<int:pk>/drop/", views.drop, name="drop"),
]
