from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render

from common.delivery import outbound, selectors
from common.kinds import formats
from common.kinds.errors import Forbidden
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, needs

TONES = {
    "sent": "green",
    "refused": "red",
    "failed": "red",
    "uncertain": "amber",
    "deferred": "amber",
    "skipped": "",
    "pending": "",
}


readers = needs("setup", "people")


@readers
def outbox(request: PersonRequest) -> HttpResponse:
    """Every mail with its state; without a mail server they stay here. Mails hold sign-in links and addresses."""
    _require_addresses(request)
    rows = [
        {
            "pk": mail.pk, "subject": mail.subject, "to": mail.recipient, "state": mail.get_state_display(),
            "tone": TONES.get(mail.state, ""), "when": formats.moment_of(mail.created_at),
        }
        for mail in selectors.recent_mails()
    ]  # fmt: skip
    return render(request, "delivery/outbox.html", {"rows": rows, "sandbox": not outbound.is_configured()})


@readers
def mail(request: PersonRequest, pk: int) -> HttpResponse:
    """One mail as plain text."""
    _require_addresses(request)
    found = selectors.get_mail(pk)
    if found is None:
        raise Http404
    when = formats.moment_of(found.created_at)
    return render(request, "delivery/mail.html", {"mail": found, "when": when, "text": selectors.readable_text(found)})


def _require_addresses(request: PersonRequest) -> None:
    """Raise `Forbidden` for people from whom contact details are hidden."""
    if principal_of(request.user).hides_contacts:
        raise Forbidden
