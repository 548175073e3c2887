from __future__ import annotations

from django.db.models import F, QuerySet
from django.utils.translation import ngettext

from common.delivery.models import Delivery
from common.events.models import ChangeSet
from common.sealing import NotOurs

MOST = 200


def recent_mails() -> QuerySet[Delivery]:
    """The newest mails the product wanted to send, with their states."""
    return Delivery.objects.order_by("-id")[:MOST]


def get_mail(pk: int) -> Delivery | None:
    """One mail, or None."""
    return Delivery.objects.filter(pk=pk).first()


def readable_text(mail: Delivery) -> str | None:
    """What administrators may read of a mail: a link that opens an account only where it can reach nobody else."""
    if mail.is_sealed and mail.state != Delivery.State.SKIPPED:
        return None
    try:
        return mail.text()[0]
    except NotOurs:
        return None


def mails_told(act: ChangeSet) -> list[str]:
    """In words, how many mails went out because of a change set: their purpose is the kind of its event."""
    went = (Delivery.State.SENT, Delivery.State.TRANSMITTING, Delivery.State.UNCERTAIN)
    mails = Delivery.objects.filter(
        state__in=went, record__events__change_set=act, record__events__kind=F("purpose")
    ).distinct()
    count = mails.count()
    return [ngettext("%(count)s mail was sent", "%(count)s mails were sent", count) % {"count": count}] if count else []
