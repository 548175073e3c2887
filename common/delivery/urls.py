from django.urls import path

from common.delivery import views
from common.help import chapters

app_name = "delivery"
chapters.tell(app_name, "administration#outbox")
urlpatterns = [path("", views.outbox, name="outbox"), path("<int:pk>/", views.mail, name="mail")]
