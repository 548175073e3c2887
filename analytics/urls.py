from django.urls import path

from analytics import views

app_name = "reports"
urlpatterns = [path("", views.funnel, name="funnel"), path("income/", views.income, name="income")]
