from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common.kinds import formats
from common.kinds.errors import DomainError
from common.people.models import User, Withheld
from common.people.selectors import browser_of, session_name, sessions_of
from common.people.sessions import stored
from common.policy.rules import PersonRequest
from common.setup import selectors
from common.setup.forms.people import HandOverForm, PersonForm
from common.setup.services import people as services
from common.setup.views.base import frame, once, once_or_told, people_managers

KEY = "people"


def _person(pk: int) -> User:
    found = selectors.person(pk)
    if found is None:
        raise Http404
    return found


def _url(user: User) -> str:
    return reverse("setup:edit", args=[KEY, user.pk])


@people_managers
def new(request: PersonRequest) -> HttpResponse:
    """A new person, invited by mail if wanted."""
    return _form(request, User(), reverse("setup:list", args=[KEY]))


@people_managers
def change(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a person."""
    user = _person(pk)
    return _form(request, user, _url(user))


def _form(request: PersonRequest, user: User, cancel_url: str) -> HttpResponse:
    form = PersonForm(request.POST or None, instance=user)
    title = _("Change %(person)s") % {"person": user} if user.pk else _("New person")

    def run() -> str:
        services.save_person(user, form.cleaned_data["roles"], by=request.user)
        if form.cleaned_data.get("invite"):
            services.invite(user, by=request.user)
        messages.success(request, _("Saved: %(title)s") % {"title": user})
        return _url(user)

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, run)
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    links = [{"label": form.fields[n].label, "url": f"#f-{n}"} for n in form.errors if n in form.fields]
    general = " ".join(map(str, form.non_field_errors()))
    context = frame(
        request, KEY, title, sections=form.layout(), cancel_url=cancel_url,
        summary={"title": _("Not saved yet"), "text": general, "links": links} if form.errors else None,
    )  # fmt: skip
    return render(request, "setup/fields.html", context, status=422 if form.errors else 200)


@people_managers
def show(request: PersonRequest, pk: int) -> HttpResponse:
    """A person: where they work, what they may do, where they are signed in."""
    user, mine = _person(pk), stored(request.session.session_key)
    sessions = [
        {"name": session_name(row), "browser": browser_of(row) or _("unknown browser"),
         "began": formats.moment_of(row.started_at), "mine": row.pk == mine}
        for row in sessions_of(user)
    ]  # fmt: skip
    actions = [{"label": _("Edit"), "icon": "pencil", "url": reverse("setup:person-change", args=[pk]), "key": "e"}]
    actions += [{"label": _("History"), "icon": "history", "url": reverse("setup:history", args=[KEY, pk])}]
    if user.is_active:
        menu = [
            {"label": _("Send an invitation"), "icon": "mail", "url": reverse("setup:person-invite", args=[pk]),
             "method": "post"},
            {"label": _("Deactivate"), "icon": "user-x", "url": reverse("setup:person-deactivate", args=[pk]),
             "tone": "danger"},
        ]  # fmt: skip
    else:
        url = reverse("setup:person-reactivate", args=[pk])
        menu = [{"label": _("Reactivate"), "icon": "user", "url": url, "method": "post"}]
    context = frame(
        request, KEY, str(user), user=user, facts=_facts(user), sessions=sessions, actions=actions, menu=menu,
        end_url=reverse("setup:person-sessions", args=[pk]), owned=selectors.owned_by(user),
    )  # fmt: skip
    return render(request, "setup/person.html", context)


def _facts(user: User) -> list[dict[str, Any]]:
    roles = [str(role) for role in selectors.roles_of(user)]
    others = [
        _("%(department)s (head)") % {"department": row.department} if row.is_head else str(row.department)
        for row in selectors.heads(user)
    ]
    away = [formats.full_date(user.absent_from), formats.full_date(user.absent_until)]
    said = [str(Withheld(key).label) for key in user.withheld if key in Withheld.values]
    return [
        {"label": _("User name"), "value": user.username},
        {"label": _("E-mail"), "value": user.email},
        {"label": _("Department"), "value": user.department},
        {"label": _("Heads and second departments"), "value": ", ".join(others)},
        {"label": _("Roles"), "value": ", ".join(roles)},
        {"label": _("Taken away"), "value": ", ".join(said)},
        {"label": _("Superior"), "value": user.superior},
        {"label": _("Deputy"), "value": user.deputy},
        {"label": _("Absent"), "value": "–".join(away) if any(away) else ""},
        {"label": _("May sign in"), "value": _("yes") if user.is_active else _("no")},
        {"label": _("Second factor"), "value": _("yes") if selectors.has_second_factor(user) else _("no")},
        {"label": _("Last sign-in"), "value": formats.moment_of(user.last_login) if user.last_login else ""},
    ]


@people_managers
@require_POST
def invite(request: PersonRequest, pk: int) -> HttpResponse:
    """Mail a person the link at which they set their password."""
    user = _person(pk)

    def run() -> str:
        services.invite(user, by=request.user)
        messages.success(request, _("An invitation is on its way to %(address)s") % {"address": user.email})
        return _url(user)

    return once_or_told(request, run, _url(user))


@people_managers
@require_POST
def end_sessions(request: PersonRequest, pk: int) -> HttpResponse:
    """Sign a person out, everywhere or in one browser."""
    user = _person(pk)

    def run() -> str:
        count = services.end_sessions(user, name=request.POST.get("session", "")[:16], by=request.user)
        said = ngettext("%(count)s session ended", "%(count)s sessions ended", count)
        messages.success(request, said % {"count": count})
        return _url(user)

    return once_or_told(request, run, _url(user))


@people_managers
def deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """What a person owns, who is to receive it, and then the end of their access."""
    user = _person(pk)
    form = HandOverForm(user, request.POST or None)

    def run() -> str:
        services.deactivate(user, form.receivers(), by=request.user)
        messages.success(request, _("Deactivated: %(person)s") % {"person": user})
        return _url(user)

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, run)
        except DomainError as refusal:
            form.add_error(getattr(refusal, "field", None) if form.fields else None, str(refusal))
    context = frame(
        request, KEY, _("Deactivate %(person)s") % {"person": user}, form=form, owned=selectors.owned_by(user),
        cancel_url=_url(user),
    )  # fmt: skip
    return render(request, "setup/deactivate.html", context, status=422 if form.errors else 200)


@people_managers
@require_POST
def reactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a person sign in again."""
    user = _person(pk)

    def run() -> str:
        services.reactivate(user, by=request.user)
        messages.success(request, _("Reactivated: %(person)s") % {"person": user})
        return _url(user)

    return once_or_told(request, run, _url(user))
