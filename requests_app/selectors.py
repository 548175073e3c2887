from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from common import clock
from common.kinds.models import RecordModel, RecordQuerySet
from common.organisation.selectors import company_today, company_zone
from common.people.models import User
from common.policy.principal import Principal, principal_of
from crm import matching
from crm.models import Company, Contact, Lead
from requests_app.models import Request

MOST_COUNTED = 99


@dataclass(frozen=True)
class Waiting:
    """Requests that wait for a person: `waiting` of them, `old` received before today; counted to `MOST_COUNTED`."""

    waiting: int
    old: int

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.waiting > MOST_COUNTED


def waiting_for(user: User | Principal) -> RecordQuerySet[Request]:
    """Pending requests the person sees that are theirs or nobody's."""
    principal = principal_of(user)
    theirs = Q(owner=None) | Q(owner_id=principal.user_id)
    rows: RecordQuerySet[Request] = Request.objects.for_user(principal)
    return rows.filter(theirs, status__in=Request.PENDING)


def count_waiting(user: User | Principal) -> Waiting:
    """How many requests wait for the person, for the counter in the menu."""
    today = clock.start_of_day(company_today(), company_zone())
    received = list(waiting_for(user).order_by("received_at").values_list("received_at", flat=True)[: MOST_COUNTED + 1])
    return Waiting(len(received), sum(1 for moment in received if moment < today))


def matches_for(user: User | Principal, request: Request) -> matching.Matches:
    """Who may have written the request, among what the person may see."""
    asked = matching.Asked(
        email=request.email, phone=request.phone, company_name=request.company_name, first_name=request.first_name,
        last_name=request.last_name,
    )  # fmt: skip
    return matching.find(user, asked)


def requests_of(user: User | Principal, record: RecordModel) -> RecordQuerySet[Request]:
    """The requests of a company, contact or lead that the person may see, newest first."""
    columns: dict[type[RecordModel], str] = {Company: "company", Contact: "contact", Lead: "lead"}
    rows: RecordQuerySet[Request] = Request.objects.for_user(user).filter(**{columns[type(record)]: record.pk})
    return rows.order_by("-created_at", "-pk")
