from django.urls import path

from common.duplicates import views
from common.help import chapters

app_name = "duplicates"
chapters.tell(app_name, "user-guide#duplicates")
urlpatterns = [
    path("", views.queue, name="list"),
    path("look/", views.look, name="look"),
    path("<int:pk>/", views.pair, name="pair"),
    path("<int:pk>/again/", views.again, name="again"),
    path("of/<str:key>/<int:pk>/", views.of, name="of"),
    path("selected/<str:key>/", views.selected, name="selected"),
    path("side-by-side/<str:key>/", views.compare, name="compare"),
    path("merged/<int:pk>/", views.separate, name="separate"),
]
