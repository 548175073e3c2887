from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from common.delivery import services as delivery
from common.events import hooks
from common.events.models import Event
from common.notifications import services as notifications
from common.notifications.models import Kind
from common.people.models import User
from common.policy import selectors as policy
from common.records import registry
from requests_app.models import Request


def tell_about_request(event: Event) -> None:
    """A request came in: tell its owner, or else who may deal with it in its department. Twice run, sent once."""
    request = Request.objects.filter(pk=event.subject_id).select_related("owner", "source").first()
    if request is None or not request.is_pending:
        return
    told = notifications.tell(
        _listeners(request), Kind.REQUEST, f"event:{event.pk}:request", record=request, event=event.pk,
        actor=event.actor, mails_itself=True,
    )  # fmt: skip
    for user in told:
        if user.email:
            with translation.override(user.language or settings.LANGUAGE_CODE):
                _tell(user, policy.as_seen(user, request), event)


def _listeners(request: Request) -> list[User]:
    if request.owner is not None:
        return [request.owner] if request.owner.is_active else []
    if request.department_id is None:
        return []
    works_there = Q(department=request.department_id) | Q(memberships__department=request.department_id)
    people = User.objects.filter(works_there, is_active=True).distinct().order_by("pk")
    return [user for user in people if policy.may(user, request, "create_deal")]


def _tell(user: User, request: Request, event: Event) -> None:
    host = urlsplit(settings.SITE_URL).hostname
    body = _(
        "%(who)s asks: %(subject)s\n\n%(text)s\n\nOpen the request: %(url)s"
    ) % {"who": _sender(request), "subject": request.name, "text": request.text, "url": _address(request)}  # fmt: skip
    delivery.send(
        to=user.email, subject=_("New request: %(subject)s") % {"subject": request.name}, body=body,
        purpose="request.created", record=request, message_id=f"<request-{event.pk}-{user.pk}@{host}>",
    )  # fmt: skip


def _sender(request: Request) -> str:
    who = request.full_name or request.email or request.phone
    return f"{who} ({request.company_name})" if request.company_name else who


def _address(request: Request) -> str:
    kind = registry.find(request._meta.label_lower)
    path = kind.page_url(request) if kind else "/"
    return f"{settings.SITE_URL}{path}"


hooks.react("request.created", tell_about_request)
