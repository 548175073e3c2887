from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.kinds.errors import DomainError
from common.policy import presets
from common.policy.models import Role
from common.policy.rules import PersonRequest
from common.setup import rights
from common.setup.forms.roles import FieldsForm, RightsForm, RoleForm
from common.setup.services import roles as services
from common.setup.views.base import frame, once, once_or_told, page_of, people_managers, row_of

KEY = "roles"


def _url(role: Role) -> str:
    return reverse("setup:edit", args=[KEY, role.pk])


@people_managers
def new(request: PersonRequest, pk: int | None = None) -> HttpResponse:
    """A new role; with `pk` a copy of that one, its rights included."""
    like: Role | None = row_of(page_of(request, KEY), pk) if pk is not None else None
    role = Role()
    form = RoleForm(request.POST or None, instance=role)
    for name in ("is_administrator", "demands_second_factor"):
        del form.fields[name]
    if request.method == "POST" and form.is_valid():
        return once(request, lambda: _url(services.create_role(role, like=like, by=request.user)))
    title = _("Copy of %(role)s") % {"role": like} if like else _("New role")
    context = frame(
        request, KEY, title, form=form, label=_("Create"), action=request.path,
        cancel_url=reverse("setup:list", args=[KEY]),
        text=_("It begins with the rights of “%(role)s”.") % {"role": like} if like else _("It begins without rights."),
    )  # fmt: skip
    return render(request, "setup/question.html", context, status=422 if form.errors else 200)


@people_managers
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """A role: its name, what it may do and how far."""
    role: Role = row_of(page_of(request, KEY), pk)
    form = RoleForm(request.POST or None, instance=role)
    grid = RightsForm(rights.of_role(role), request.POST or None)
    if request.method == "POST" and form.is_valid() and grid.is_valid():

        def run() -> str:
            services.change_role(role, grid.scopes(), by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": role})
            return _url(role)

        try:
            return once(request, run)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    context = frame(
        request, KEY, str(role), form=form, grid=grid, rows=grid.rows(), columns=presets.STANDARD.values(),
        role=role, legend=rights.legend(), cancel_url=reverse("setup:list", args=[KEY]),
        actions=[
            {"label": _("Copy"), "icon": "copy", "url": reverse("setup:role-copy", args=[pk])},
            {"label": _("History"), "icon": "history", "url": reverse("setup:history", args=[KEY, pk])},
        ],
    )  # fmt: skip
    return render(request, "setup/role.html", context, status=422 if form.errors or grid.errors else 200)


@people_managers
def fields(request: PersonRequest, pk: int, area: str) -> HttpResponse:
    """Which fields of a record type a role sees and changes."""
    role: Role = row_of(page_of(request, KEY), pk)
    found = rights.area(area)
    if found is None or found.kind is None:
        raise Http404
    given = {action: row for (key, action), row in rights.of_role(role).items()
             if key == area and action in rights.LIMITED}  # fmt: skip
    given = {action: given[action] for action in rights.LIMITED if action in given}
    form = FieldsForm(found, given, request.POST or None)
    if request.method == "POST" and form.is_valid():

        def run() -> str:
            services.limit_fields(role, area, form.limits(), by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": role})
            return _url(role)

        return once(request, run)
    sections = [
        {"id": f"s-{action}", "label": found.actions[action], "errors": len(form[f"{action}.fields"].errors),
         "rows": [{"cols": "1", "fields": [form[f"{action}.mode"], form[f"{action}.fields"]]}]}
        for action in given
    ]  # fmt: skip
    text = "" if given else _("The role has no right on these records yet. Give it one first.")
    context = frame(
        request, KEY, f"{role} · {found.label}", sections=sections, cancel_url=_url(role), text=text,
        summary={"title": _("Not saved yet"), "text": "", "links": []} if form.errors else None,
    )  # fmt: skip
    return render(request, "setup/fields.html", context, status=422 if form.errors else 200)


@people_managers
@require_POST
def archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a role out of use, or back into it."""
    role: Role = row_of(page_of(request, KEY), pk)
    roles = reverse("setup:list", args=[KEY])

    def run() -> str:
        services.archive_role(role, by=request.user)
        return roles

    return once_or_told(request, run, roles)
