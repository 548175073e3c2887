from __future__ import annotations

from common.events import hooks
from common.events.models import Event
from common.jobs import services as jobs
from common.money.models import Rate
from deals import services, tracking


def rerate_amounts(event: Event) -> None:
    """A rate came or changed: stored amounts of the days it is used for follow."""
    rate = Rate.objects.filter(pk=event.ref.rpartition(":")[2]).first()
    if rate is None:
        return
    days = {rate.day.isoformat(), *(day for day in event.changes().get("day", ()) if day)}
    for day in sorted(days):
        jobs.enqueue("deals.rerate", rate.currency_id, day)


hooks.guard("deal.*", services.refuse_past_step)
hooks.guard("deal.*", services.refuse_missing)
hooks.project("deal.*", tracking.project_stage)
hooks.project("payment.*", tracking.mark_payment)
hooks.react("rate.*", rerate_amounts)
