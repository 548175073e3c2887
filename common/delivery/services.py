"""Every mail the product sends becomes a row here first and leaves through the outbound door."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings

from common import clock
from common.delivery import outbound
from common.delivery.models import SEAL, Delivery
from common.jobs import services as jobs
from common.jobs.errors import Postponed
from common.kinds.models import RecordModel
from common.sealing import NotOurs, seal

QUEUE = "delivery"
LONGEST_TRY = timedelta(hours=48)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=4)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def send(
    *, to: str, subject: str, body: str, html: str = "", purpose: str, record: RecordModel | None = None,
    message_id: str = "", secret: bool = False,
) -> Delivery:  # fmt: skip
    """Ask for one mail to one address, in the caller's transaction. Without a mail server it stays in the sandbox.

    `secret`: it holds what opens an account, and is kept encrypted.
    """
    if secret:
        body, html = seal(body, SEAL), seal(html, SEAL)
    sandbox = not outbound.is_configured()
    now = clock.now()
    host = urlsplit(settings.SITE_URL).hostname
    delivery, created = Delivery.objects.get_or_create(
        message_id=message_id or f"<{secrets.token_hex(16)}@{host}>",
        defaults={
            "recipient": _one_line(to), "sender": settings.DEFAULT_FROM_EMAIL, "subject": _one_line(subject)[:250],
            "body": body, "html": html, "is_sealed": secret, "purpose": purpose,
            "record_id": record.pk if record else None, "created_at": now, "due_at": now,
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
    text, html = delivery.text()
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def _deliver(delivery: Delivery) -> str:
    """Hand one mail to the server; the words it was refused with, if it was."""
    if delivery.state == Delivery.State.TRANSMITTING:
        # An earlier worker died between the first byte and the answer: never sent again by itself.
        return _end(delivery, Delivery.State.UNCERTAIN, "the worker died while sending")
    mine = Delivery.objects.filter(pk=delivery.pk)
    try:
        outbound.transmit(
            _as_message(delivery),
            delivery.sender,
            delivery.recipient,
            lambda: mine.update(state=Delivery.State.TRANSMITTING),
        )
    except NotOurs:
        return _end(delivery, Delivery.State.REFUSED, "written on a server with another SECRET_KEY")
    except outbound.Refused as no:
        return _end(delivery, Delivery.State.REFUSED, str(no))
    except outbound.Uncertain as broken:
        return _end(delivery, Delivery.State.UNCERTAIN, str(broken))
    except outbound.Deferred as later:
        until = _next_try(delivery)
        if until is None:
            return _end(delivery, Delivery.State.FAILED, str(later))
        mine.update(state=Delivery.State.DEFERRED)
        raise Postponed(str(later), until=until) from later
    mine.update(sent_at=clock.now())
    return _end(delivery, Delivery.State.SENT, "")


def _next_try(delivery: Delivery) -> datetime | None:
    """When a mail that the server put off is tried again: in as long as it waits already; None after 48 hours."""
    now = clock.now()
    if now - delivery.created_at >= LONGEST_TRY:
        return None
    pause = min(max(now - delivery.created_at, SHORTEST_PAUSE), LONGEST_PAUSE)
    return min(now + pause, delivery.created_at + LONGEST_TRY)


def waiting() -> int:
    """How many mails still have to leave."""
    return Delivery.objects.filter(done_at=None, failed_at=None).count()


def keep_waiting_mails() -> int:
    """Send none of the mails that wait now: they stay in the outbox; how many there were."""
    rows = Delivery.objects.filter(done_at=None).exclude(state=Delivery.State.TRANSMITTING)
    return rows.update(state=Delivery.State.SKIPPED, done_at=clock.now(), lease_until=None)


def _end(delivery: Delivery, state: str, words: str) -> str:
    Delivery.objects.filter(pk=delivery.pk).update(state=state)
    return words


jobs.queue(QUEUE, Delivery, _deliver, outward=True)
