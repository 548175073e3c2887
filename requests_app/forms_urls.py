from django.urls import path

from requests_app import views

app_name = "forms"
urlpatterns = [
    path("<slug:slug>/", views.public_form, name="form"),
    path("<slug:slug>/thanks/", views.thanks, name="thanks"),
]
