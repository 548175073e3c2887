from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from common.events import hooks
from common.events.models import Event
from common.jobs import services as jobs
from common.money.models import Rate
from common.notifications import telling
from common.notifications.telling import DueStep
from common.people.models import User
from common.policy.principal import principal_of
from deals import selectors, services, tracking

MOST_STEPS = 50


def rerate_amounts(event: Event) -> None:
    """A rate came or changed: stored amounts of the days it is used for follow."""
    rate = Rate.objects.filter(pk=event.ref.rpartition(":")[2]).first()
    if rate is None:
        return
    days = {rate.day.isoformat(), *(day for day in event.changes().get("day", ()) if day)}
    for day in sorted(days):
        jobs.enqueue("deals.rerate", rate.currency_id, day)


def due_steps(user: User, first: date, last: date) -> Iterator[DueStep]:
    """The next steps of a person's own deals on these days."""
    principal = principal_of(user)
    if principal.may("deals.deal", "change"):
        for deal in selectors.steps_between(principal, first, last, MOST_STEPS):
            if deal.next_step_on is not None:
                yield DueStep(deal, deal.next_step, deal.next_step_on)


telling.steps(due_steps)
hooks.guard("deal.*", services.refuse_past_step)
hooks.guard("deal.*", services.refuse_missing)
hooks.project("deal.*", tracking.project_stage)
hooks.project("payment.*", tracking.mark_payment)
hooks.react("rate.*", rerate_amounts)
