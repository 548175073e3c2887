from __future__ import annotations

from django.db import transaction

from common.delivery import services as delivery
from common.jobs import quarantine
from common.people.models import User


@transaction.atomic
def release(*, by: User | None, send_mails: bool) -> bool:
    """End the quarantine; whether there was one. Mails that wait are sent, or kept unsent in the outbox."""
    if not quarantine.is_on():
        return False
    if not send_mails:
        delivery.keep_waiting_mails()
    return quarantine.release(by=by)
