from django.urls import path

from common.setup import views

app_name = "setup"
urlpatterns = [
    path("", views.home, name="home"),
    path("<slug:key>/", views.dictionary_list, name="list"),
    path("<slug:key>/new/", views.dictionary_form, name="new"),
    path("<slug:key>/order/", views.order, name="order"),
    path("<slug:key>/<int:pk>/", views.dictionary_form, name="edit"),
    path("<slug:key>/<int:pk>/archive/", views.archive, name="archive"),
    path("<slug:key>/<int:pk>/delete/", views.delete, name="delete"),
]
