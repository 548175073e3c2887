from django.urls import path

from common.help import chapters
from common.upkeep import views

app_name = "upkeep"
chapters.tell(app_name, "administration#quarantine")
urlpatterns = [path("release/", views.release, name="release")]
