"""Stage transitions and the sign of a payment: projections of what happens to deals and their payments."""

from __future__ import annotations

from common.events.models import Event
from common.spine.models import RecordMark
from deals.models import Certainty, Deal, Payment, StageTransition

PAYMENT_MARK = "payment"


def project_stage(event: Event, deal: Deal) -> None:
    """Follow a deal from stage to stage. After a change of pipeline its earlier stages are no longer current."""
    moved = event.changes().get("stage")
    if moved is None or moved[1] is None:
        return
    way = event.changes().get("pipeline")
    stays = StageTransition.objects.filter(deal_id=deal.pk)
    if stays.filter(left_at=None).update(left_at=event.at) and way is not None and way[0] is not None:
        stays.update(current=False)
    StageTransition.objects.create(
        deal_id=deal.pk, stage_id=moved[1], entered_at=event.at, by_id=event.actor_id
    )


def rebuild_stages(deal: Deal) -> None:
    """Write the transitions of a deal anew from its events."""
    StageTransition.objects.filter(deal_id=deal.pk).delete()
    for event in Event.objects.filter(subject=deal.pk).order_by("id"):
        project_stage(event, deal)


def mark_payment(event: Event, payment: Payment) -> None:
    """Show on the deal whether money has come in."""
    received = Payment.objects.filter(deal_id=payment.deal_id, certainty=Certainty.RECEIVED).exists()
    if received:
        RecordMark.objects.get_or_create(record_id=payment.deal_id, kind=PAYMENT_MARK)
    else:
        RecordMark.objects.filter(record_id=payment.deal_id, kind=PAYMENT_MARK).delete()
