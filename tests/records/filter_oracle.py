"""What a filter of deals means, evaluated in Python over rows that were read without any filter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from common.people.models import User
from common.policy.principal import principal_of
from common.records.filtering import Condition
from deals.models import Deal

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """A deal as the filter sees it; what its company and contact have only where the viewer sees those."""

    pk: int
    amount: Decimal | None
    expected_close: date | None
    created: date
    is_important: bool
    state: str
    stage: int
    reason: int | None
    owner: int | None
    department: int | None
    tags: frozenset[int]
    post: str = ""
    country: int | None = None
    industries: frozenset[int] = field(default_factory=frozenset)


def row_of(deal: Deal, seen: set[int]) -> Row:
    """Read a deal; `seen` are the companies and contacts the viewer may know of."""
    company = deal.company if deal.company_id in seen else None
    post = deal.contact.job_title if deal.contact and deal.contact_id in seen else ""
    return Row(
        deal.pk, deal.amount, deal.expected_close, deal.created_at.date(), deal.is_important,
        deal.closing_reason.outcome if deal.closing_reason else "open", deal.stage_id, deal.closing_reason_id,
        deal.owner_id, deal.department_id, frozenset(row.tag_id for row in deal.record.record_tags.all()),
        post, company.country_id if company else None,
        frozenset(company.industries.values_list("pk", flat=True)) if company else frozenset(),
    )  # fmt: skip


class Oracle:
    """Decides for one viewer, on one day."""

    def __init__(self, viewer: User, today: date) -> None:
        self.viewer, self.today = viewer, today
        self.departments = principal_of(viewer).departments
        self.works = {user.pk: user.department_id for user in User.objects.all()}

    def holds(self, row: Row, conditions: Sequence[Condition]) -> bool:
        """Whether all single conditions hold, and of each group one."""
        groups: dict[str, list[bool]] = {}
        alone = []
        for condition in conditions:
            said = self.says(row, condition)
            if condition.group:
                groups.setdefault(condition.group, []).append(said)
            else:
                alone.append(said)
        return all(alone) and all(any(found) for found in groups.values())

    def says(self, row: Row, condition: Condition) -> bool:
        """Whether one condition holds."""
        name, op, values = condition.name, condition.op, condition.values
        readers: dict[str, Callable[[], bool]] = {
            "state": lambda: row.state in values,
            "is_important": lambda: row.is_important == (values[0] == "1"),
            "amount": lambda: number(row.amount, op, values),
            "expected_close": lambda: self.day(row.expected_close, op, values),
            "created_at": lambda: self.day(row.created, op, values),
            "stage": lambda: one_of({row.stage}, op, keys(values)),
            "closing_reason": lambda: one_of({row.reason} - {None}, op, keys(values)),
            "tags": lambda: one_of(set(row.tags), op, keys(values)),
            "owner": lambda: one_of({row.owner} - {None}, op, self.people(values)),
            "department": lambda: one_of({row.department} - {None}, op, self.places(values)),
            "company__country": lambda: one_of({row.country} - {None}, op, keys(values)),
            "company__industries": lambda: one_of(set(row.industries), op, keys(values)),
            "contact__job_title": lambda: text(row.post, op, values),
        }
        return readers[name]()

    def people(self, values: Sequence[str]) -> set[int]:
        """The people that values of a field of people mean."""
        found = {self.viewer.pk} if "me" in values else set()
        places = {int(value[1:]) for value in values if value[:1] == "d"}
        places |= self.departments if "my-department" in values else frozenset()
        found |= {user for user, place in self.works.items() if place in places}
        return found | {int(value) for value in values if value.isdecimal()}

    def places(self, values: Sequence[str]) -> set[int]:
        """The departments that values mean."""
        own = set(self.departments) if "my-department" in values else set()
        return own | {int(value) for value in values if value.isdecimal()}

    def day(self, value: date | None, op: str, values: Sequence[str]) -> bool:
        """Whether a day is where it should be."""
        if op in ("empty", "set"):
            return (value is None) == (op == "empty")
        if value is None:
            return False
        first, last = self.span(op, values)
        return (first is None or value >= first) and (last is None or value <= last)

    def span(self, op: str, values: Sequence[str]) -> tuple[date | None, date | None]:
        """The days an operator means."""
        today = self.today
        if op in ("last", "next", "older"):
            count = int(values[0]) * DAY
            spans = {
                "last": (today - count, today),
                "next": (today, today + count),
                "older": (None, today - count - DAY),
            }
            return spans[op]
        if op == "in":
            return self.period(values[0])
        days = sorted(date.fromisoformat(value) for value in values)
        return (None if op == "lte" else days[0]), (None if op == "gte" else days[-1])

    def period(self, word: str) -> tuple[date | None, date | None]:
        """The days of a word, counted day by day around today."""
        near = [self.today + step * DAY for step in range(-800, 801)]
        if word in ("today", "yesterday", "tomorrow"):
            day = self.today + {"today": 0, "yesterday": -1, "tomorrow": 1}[word] * DAY
            return day, day
        if word == "overdue":
            return None, self.today - DAY
        which, _dash, unit = word.partition("-")
        number_of: dict[str, Callable[[date], int]] = {
            "week": lambda day: (day - DAY * day.weekday()).toordinal() // 7,
            "month": lambda day: day.year * 12 + day.month, "quarter": lambda day: day.year * 4 + (day.month - 1) // 3,
            "year": lambda day: day.year,
        }  # fmt: skip
        of = number_of[unit]
        wanted = of(self.today) + {"last": -1, "this": 0, "next": 1}[which]
        found = [day for day in near if of(day) == wanted]
        return found[0], found[-1]


def keys(values: Sequence[str]) -> set[int]:
    """Values as keys."""
    return {int(value) for value in values}


def one_of(own: set[Any], op: str, wanted: set[int]) -> bool:
    """Whether something of `own` is wanted."""
    if op in ("empty", "set"):
        return bool(own) == (op == "set")
    return bool(own & wanted) == (op == "in")


def number(value: Decimal | None, op: str, values: Sequence[str]) -> bool:
    """Whether a number compares as said; none is not equal to anything."""
    if op in ("empty", "set"):
        return (value is None) == (op == "empty")
    if value is None:
        return op == "isnot"
    given = sorted(Decimal(text) for text in values)
    return {"is": value == given[0], "isnot": value != given[0], "gte": value >= given[0], "lte": value <= given[0],
            "between": given[0] <= value <= given[-1]}[op]  # fmt: skip


def text(value: str, op: str, values: Sequence[str]) -> bool:
    """Whether a text compares as said, whatever its capital letters."""
    if op in ("empty", "set"):
        return bool(value) == (op == "set")
    own, given = value.lower(), values[0].lower()
    return {"has": given in own, "hasnot": given not in own, "is": own == given, "isnot": own != given,
            "starts": own.startswith(given)}[op]  # fmt: skip
