from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.organisation.models import Department
from common.policy.rules import PersonRequest
from common.setup import selectors
from common.setup.forms.departments import CopyDepartmentForm
from common.setup.services import departments as services
from common.setup.views.base import frame, nav, once, page_of, row_of, settings_editors

KEY = "departments"


@settings_editors
def tree(request: PersonRequest) -> HttpResponse:
    """The departments as a tree, with their heads."""
    page = page_of(request, KEY)
    actions = [{"label": _("New department"), "icon": "plus", "url": reverse("setup:new", args=[KEY])}]
    context = {"page": page, "nav": nav(request, KEY), "actions": actions, "branches": selectors.department_tree()}
    return render(request, "setup/departments.html", context)


@settings_editors
def copy(request: PersonRequest, pk: int) -> HttpResponse:
    """A new department set up like this one."""
    source: Department = row_of(page_of(request, KEY), pk)
    form = CopyDepartmentForm(source, request.POST or None, instance=Department())

    def run() -> str:
        copied = services.copy_department(source, form.instance, form.wanted(), by=request.user)
        return reverse("setup:edit", args=[KEY, copied.pk])

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, run)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    context = frame(
        request, KEY, _("Copy of %(department)s") % {"department": source}, form=form, label=_("Create"),
        action=request.path, cancel_url=reverse("setup:list", args=[KEY]),
        text=_("Its settings are copied. People, heads and records stay where they are."),
    )  # fmt: skip
    return render(request, "setup/question.html", context, status=422 if form.errors else 200)
