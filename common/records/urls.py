from django.urls import path

from common.records.views import recent

urlpatterns = [
    path("", recent.changes, name="recent"),
    path("<int:pk>/undo/", recent.undo, name="undo"),
    path("undone/<int:pk>/", recent.undone, name="undone"),
]
