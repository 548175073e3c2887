from django.urls import path

from analytics import views
from common.help import chapters

app_name = "reports"
chapters.tell(app_name, "user-guide#executives")
urlpatterns = [path("", views.funnel, name="funnel"), path("income/", views.income, name="income")]
