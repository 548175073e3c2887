from django.urls import path

from common.setup.views import departments, dictionaries, fields, people, roles

app_name = "setup"
# Roles, people, departments and fields have pages of their own at the addresses of the general ones, which name them.
urlpatterns = [
    path("", dictionaries.home, name="home"),
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
    path("names/", fields.names, name="names"),
    path("<slug:key>/", dictionaries.dictionary_list, name="list"),
    path("<slug:key>/new/", dictionaries.dictionary_form, name="new"),
    path("<slug:key>/order/", dictionaries.order, name="order"),
    path("<slug:key>/<int:pk>/", dictionaries.dictionary_form, name="edit"),
    path("<slug:key>/<int:pk>/history/", dictionaries.row_history, name="history"),
    path("<slug:key>/<int:pk>/archive/", dictionaries.archive, name="archive"),
    path("<slug:key>/<int:pk>/delete/", dictionaries.delete, name="delete"),
]
