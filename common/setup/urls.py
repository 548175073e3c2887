from django.urls import ResolverMatch, path

from common.help import chapters
from common.setup import dictionaries as pages
from common.setup.views import colours, departments, dictionaries, fields, modules, people, roles

app_name = "setup"
START = "settings"
CHAPTERS = {
    "home": START, "modules": "modules", "names": "names", "departments": "departments",
    "person-deactivate": "deactivate",
}  # fmt: skip


def _chapter(match: ResolverMatch) -> str:
    """Of a dictionary its own; pages of their own are called after it: `role-copy`."""
    name = match.url_name or ""
    page = pages.find(match.kwargs.get("key") or f"{name.partition('-')[0]}s") or pages.find("people")
    return f"administration#{CHAPTERS.get(name) or (page and (page.chapter or page.key)) or START}"


chapters.tell(app_name, _chapter)
# Some dictionaries have pages of their own at the addresses of the general ones, which name them.
urlpatterns = [
    path("", modules.start, name="home"),
    path("modules/", modules.switches, name="modules"),
    path("roles/new/", roles.new, name="role-new"),
    path("roles/<int:pk>/", roles.edit, name="role"),
    path("roles/<int:pk>/fields/<str:area>/", roles.fields, name="role-fields"),
    path("roles/<int:pk>/archive/", roles.archive, name="role-archive"),
    path("roles/<int:pk>/copy/", roles.new, name="role-copy"),
    path("people/new/", people.new, name="person-new"),
    path("people/<int:pk>/", people.show, name="person"),
    path("people/<int:pk>/change/", people.change, name="person-change"),
    path("people/<int:pk>/invite/", people.invite, name="person-invite"),
    path("people/<int:pk>/sessions/", people.end_sessions, name="person-sessions"),
    path("people/<int:pk>/deactivate/", people.deactivate, name="person-deactivate"),
    path("people/<int:pk>/reactivate/", people.reactivate, name="person-reactivate"),
    path("departments/", departments.tree, name="departments"),
    path("departments/<int:pk>/copy/", departments.copy, name="department-copy"),
    path("fields/new/", fields.field, name="field-new"),
    path("fields/<int:pk>/", fields.field, name="field"),
    path("colours/new/", colours.rule, name="colour-new"),
    path("colours/<int:pk>/", colours.rule, name="colour"),
    path("names/", fields.names, name="names"),
    path("<slug:key>/", dictionaries.dictionary_list, name="list"),
    path("<slug:key>/new/", dictionaries.dictionary_form, name="new"),
    path("<slug:key>/order/", dictionaries.order, name="order"),
    path("<slug:key>/<int:pk>/", dictionaries.dictionary_form, name="edit"),
    path("<slug:key>/<int:pk>/history/", dictionaries.row_history, name="history"),
    path("<slug:key>/<int:pk>/archive/", dictionaries.archive, name="archive"),
    path("<slug:key>/<int:pk>/delete/", dictionaries.delete, name="delete"),
]
