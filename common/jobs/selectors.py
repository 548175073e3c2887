from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from common import clock
from common.jobs.models import Job, State
from common.kinds.errors import NotVisible
from common.people.models import User
from common.policy.principal import principal_of

SIZE = 30


@dataclass(frozen=True)
class Page:
    """A page of jobs, newest first; `before` is the key the next page begins after, None on the last."""

    rows: Sequence[Job]
    before: int | None


def visible_jobs(user: User) -> QuerySet[Job]:
    """One's own jobs; an administrator's are everybody's."""
    rows = Job.objects.select_related("by")
    return rows if principal_of(user).is_administrator else rows.filter(by=user)


def read_page(user: User, state: str = "", before: int | None = None) -> Page:
    """The jobs a person may see, those of one state or all."""
    rows = visible_jobs(user).filter(_of_state(state)).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SIZE + 1])
    return Page(found[:SIZE], found[SIZE - 1].pk if len(found) > SIZE else None)


def get_job(user: User, pk: int) -> Job:
    """One job a person may see. Raises `NotVisible`."""
    job = visible_jobs(user).filter(pk=pk).first()
    if job is None:
        raise NotVisible
    return job


def _of_state(state: str) -> Q:
    """The rows whose `Job.state` it is; everything for no state."""
    unfinished = Q(done_at=None, failed_at=None, cancelled="")
    leased = Q(lease_until__gt=clock.now())
    return {
        State.RUNNING: unfinished & leased,
        State.WAITING: unfinished & ~leased,
        State.DONE: Q(cancelled="") & ~Q(done_at=None),
        State.FAILED: Q(cancelled="", done_at=None) & ~Q(failed_at=None),
        State.CANCELLED: ~Q(cancelled=""),
    }.get(State(state), Q()) if state in State.values else Q()  # fmt: skip
