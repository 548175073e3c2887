from django.urls import path

from common.records.views import bulk, recent

urlpatterns = [
    path("many/<int:pk>/", bulk.bulk_run, name="bulk-run"),
    path("", recent.changes, name="recent"),
    path("<int:pk>/undo/", recent.undo, name="undo"),
    path("undone/<int:pk>/", recent.undone, name="undone"),
]
