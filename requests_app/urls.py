from django.urls import path

from common.policy.rules import Rule, declare
from common.records import registry
from common.records.routes import urls
from requests_app import views

app_name = "requests"
KEY = "requests_app.request"
urlpatterns = [
    path(
        "<int:pk>/deal/",
        declare(views.CreateDealView.as_view(kind=registry.get(KEY)), Rule("permission", KEY, "create_deal")),
        name="create-deal",
    ),
    *urls(KEY, page=views.RequestPageView),
]
