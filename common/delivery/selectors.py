from __future__ import annotations

from django.db.models import QuerySet

from common.delivery.models import Delivery

MOST = 200


def recent_mails() -> QuerySet[Delivery]:
    """The newest mails the product wanted to send, with their states."""
    return Delivery.objects.order_by("-id")[:MOST]


def get_mail(pk: int) -> Delivery | None:
    """One mail, or None."""
    return Delivery.objects.filter(pk=pk).first()
