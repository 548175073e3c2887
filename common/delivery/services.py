"""Every mail the product sends becomes a row here first and leaves through the outbound door."""

from __future__ import annotations

import secrets
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings

from common import clock
from common.delivery import outbound
from common.delivery.models import Delivery
from common.jobs import services as jobs
from common.kinds.models import RecordModel

QUEUE = "delivery"
LONGEST_TRY = timedelta(days=2)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def send(
    *, to: str, subject: str, body: str, html: str = "", purpose: str, record: RecordModel | None = None,
    message_id: str = "",
) -> Delivery:  # fmt: skip
    """Ask for one mail to one address, in the caller's transaction. Without a mail server it stays in the sandbox."""
    sandbox = not outbound.is_configured()
    now = clock.now()
    host = urlsplit(settings.SITE_URL).hostname
    delivery, created = Delivery.objects.get_or_create(
        message_id=message_id or f"<{secrets.token_hex(16)}@{host}>",
        defaults={
            "recipient": _one_line(to), "sender": settings.DEFAULT_FROM_EMAIL, "subject": _one_line(subject)[:250],
            "body": body, "html": html, "purpose": purpose, "record_id": record.pk if record else None,
            "created_at": now, "due_at": now,
            "state": Delivery.State.SKIPPED if sandbox else Delivery.State.PENDING,
            "done_at": now if sandbox else None,
        },
    )  # fmt: skip
    if created and not sandbox:
        jobs.nudge(QUEUE, delivery.pk)
    return delivery


def _as_message(delivery: Delivery) -> EmailMessage:
    message = EmailMessage()
    message["From"] = delivery.sender
    message["To"] = delivery.recipient
    message["Subject"] = delivery.subject
    message["Message-ID"] = delivery.message_id
    message["Date"] = format_datetime(delivery.created_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(delivery.body)
    if delivery.html:
        message.add_alternative(delivery.html, subtype="html")
    return message


def _deliver(delivery: Delivery) -> None:
    if delivery.state == Delivery.State.TRANSMITTING:
        # An earlier worker died between the first byte and the answer: never sent again by itself.
        _end(delivery, Delivery.State.UNCERTAIN, "the worker died while sending")
        return
    mine = Delivery.objects.filter(pk=delivery.pk)
    try:
        outbound.transmit(
            _as_message(delivery),
            delivery.sender,
            delivery.recipient,
            lambda: mine.update(state=Delivery.State.TRANSMITTING),
        )
    except outbound.Refused as no:
        _end(delivery, Delivery.State.REFUSED, str(no))
    except outbound.Uncertain as broken:
        _end(delivery, Delivery.State.UNCERTAIN, str(broken))
    except outbound.Deferred as later:
        if clock.now() - delivery.created_at > LONGEST_TRY:
            _end(delivery, Delivery.State.REFUSED, str(later))
            return
        mine.update(state=Delivery.State.DEFERRED)
        raise
    else:
        mine.update(sent_at=clock.now())
        _end(delivery, Delivery.State.SENT, "")


def _end(delivery: Delivery, state: str, error: str) -> None:
    delivery.error = error[:4000]
    Delivery.objects.filter(pk=delivery.pk).update(state=state)


jobs.queue(QUEUE, Delivery, _deliver)
