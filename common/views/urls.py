from django.urls import path

from common.help import chapters
from common.views.views import arranging, saved

app_name = "views"
chapters.tell(app_name, "user-guide#views")
urlpatterns = [
    path("", saved.listed, name="list"),
    path("order/", arranging.order, name="order"),
    path("<int:pk>/", saved.edit, name="edit"),
    path("<int:pk>/save/", saved.save, name="save"),
    path("<int:pk>/delete/", saved.delete, name="delete"),
    path("<str:key>/new/", saved.new, name="new"),
    path("<str:key>/keep/", arranging.keep, name="keep"),
    path("<str:key>/columns/", arranging.choose_columns, name="columns"),
    path("<str:key>/widths/", arranging.set_widths, name="widths"),
    path("<str:key>/pin/", arranging.pin, name="pin"),
    path("<str:key>/unpin/", arranging.unpin, name="unpin"),
]
