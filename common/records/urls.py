from django.urls import path

from common.help import chapters
from common.records.views import bulk, recent

for name in ("recent", "undo", "undone"):
    chapters.tell(name, "user-guide#undo")
chapters.tell("bulk-run", "user-guide#many-at-once")
chapters.tell("exports", "user-guide#export")
urlpatterns = [
    path("many/<int:pk>/", bulk.bulk_run, name="bulk-run"),
    path("", recent.changes, name="recent"),
    path("<int:pk>/undo/", recent.undo, name="undo"),
    path("undone/<int:pk>/", recent.undone, name="undone"),
]
