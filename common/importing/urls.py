from django.urls import path

from common.help import chapters
from common.importing.views import archives, results, steps

app_name = "importing"
chapters.tell(app_name, "user-guide#importing")
urlpatterns = [
    path("", results.imports, name="list"),
    path("new/", steps.new, name="new"),
    path("archives/<int:pk>/", archives.archive, name="archive"),
    path("archives/<int:pk>/drop/", archives.drop, name="drop-archive"),
    path("<int:pk>/", steps.page, name="page"),
    path("<int:pk>/file/", steps.file, name="file"),
    path("<int:pk>/columns/", steps.columns, name="columns"),
    path("<int:pk>/values/", steps.values, name="values"),
    path("<int:pk>/rules/", steps.rules, name="rules"),
    path("<int:pk>/check/", results.check, name="check"),
    path("<int:pk>/progress/", results.progress, name="progress"),
    path("<int:pk>/write/", results.write, name="write"),
    path("<int:pk>/result/", results.result, name="result"),
    path("<int:pk>/failed/", results.failed, name="failed"),
    path("<int:pk>/go-on/", steps.go_on, name="go-on"),
    path("<int:pk>/drop/", steps.drop, name="drop"),
]
