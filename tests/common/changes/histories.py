"""Random acts on a small company, through the services people use, and what stands in the tables afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from common.changes import binning, bulk, values
from common.changes import services as changes
from common.changes.steps import verb_of
from common.events.models import ChangeSet, Event
from common.kinds.errors import DomainError
from common.kinds.models import RecordModel
from common.organisation.selectors import company_today
from common.people.models import User
from common.records import services as records
from common.spine.models import Record, RecordMark, SearchText
from crm.models import Company, CompanyName, Contact
from deals import services as deal_services
from deals.models import ClosingReason, Deal, DealLine, Payment, Pipeline, Stage, StageTransition
from requests_app import services as request_services
from requests_app.models import Request
from tests.factories import catalogue, common, crm, deals, requests_app

TYPES: list[type[RecordModel]] = [model for model in apps.get_models() if issubclass(model, RecordModel)]
EMPTY: tuple[Any, ...] = (None, "", [], {}, False, 0)
DERIVED = ("total", "amount_base", "title_sort", "email_key")
Act = Callable[["Firm", Random], Any]


class Firm:
    """A firm with people, deals in two pipelines, requests, and an administrator who acts."""

    def __init__(self) -> None:
        common.own_company()
        common.currency()
        common.rate("USD", "0.9")
        self.pipelines = [deals.pipeline(), deals.pipeline(is_default=False)]
        self.places = [common.department("Sales"), common.department("Other")]
        self.managers = [common.user("manager", place) for place in self.places]
        self.by: User = common.user("administrator", self.places[0])
        self.tags = [common.tag() for _n in range(3)]
        self.products = [catalogue.product(), catalogue.product("20.00")]
        for outcome in ("won", "lost", "lost"):
            deals.reason(outcome)
        companies = [crm.company(f"Works {n}", owner=self.managers[n % 2]) for n in range(3)]
        for row in companies[:2]:
            crm.contact(company=row, owner=self.managers[0])
        for n in range(3):
            deal = deals.deal(self.managers[n % 2], company=companies[n], amount="100.00" if n else None)
            deals.line(deal, product=self.products[0])
            deals.payment(deal, "40.00", "received" if n else "high")
            deals.payment(deal, "60.00", "low")
        for n in range(2):
            requests_app.request(self.places[n], products=self.products[: n + 1])

    def some(self, lots: Random, model: Any, **conditions: Any) -> Any:
        """A record of a type outside the bin (or as asked)."""
        alive = {} if "deleted_at__isnull" in conditions else {"deleted_at": None}
        rows = list(model.everything.filter(**alive, **conditions).order_by("pk"))
        if not rows:
            raise DomainError
        return lots.choice(rows)


def _edit(world: Firm, lots: Random) -> Any:
    model, name, choices = lots.choice([
        (Company, "name", ["Works 0", "Works 9", "Ёлка"]), (Company, "country", [None, common.country()]),
        (Company, "assignees", [[], world.managers]), (Company, "tags", [world.tags[:1], world.tags[1:], []]),
        (Contact, "job_title", ["", "Buyer"]), (Contact, "company", [None, *Company.objects.order_by("pk")]),
        (Deal, "coowners", [[], world.managers[:1], world.managers]), (Deal, "amount", [None, Decimal(7), Decimal(90)]),
        (Deal, "is_important", [True, False]), (Deal, "probability", [None, 0, 40]),
        (Payment, "certainty", ["received", "high"]),
        (Payment, "on", [company_today() - timedelta(days) for days in (0, 3)]),
        (Request, "products", [world.products, world.products[:1], []]), (Request, "coowners", [world.managers, []]),
    ])  # fmt: skip
    return changes.edit(world.some(lots, model), {name: lots.choice(choices)}, by=world.by)


def _bin(world: Firm, lots: Random) -> Any:
    return binning.remove(world.some(lots, lots.choice(TYPES)), by=world.by)


def _restore(world: Firm, lots: Random) -> Any:
    return binning.restore(world.some(lots, lots.choice(TYPES), deleted_at__isnull=False), by=world.by)


def _bulk(world: Firm, lots: Random) -> Any:
    model = lots.choice([Company, Contact, Deal])
    rows = list(model.objects.order_by("pk"))
    way = lots.choice(["tags", "assignees", "bin"])
    if way == "bin":
        return bulk.for_each(rows, lambda row: binning.remove(row, by=world.by), by=world.by, label="Bin")
    given = {"tags": world.tags[:2], "assignees": world.managers[:1]}[way]
    return common.edit_all(rows, {way: given}, by=world.by, label="Bulk")


def _close(world: Firm, lots: Random) -> Any:
    reason = lots.choice(list(ClosingReason.objects.order_by("pk")))
    deal = world.some(lots, Deal)
    return deal_services.close_deal(deal, reason=reason, amount=deal.amount or Decimal(5), by=world.by)


def _reopen(world: Firm, lots: Random) -> Any:
    return deal_services.reopen_deal(world.some(lots, Deal, closed_on__isnull=False), by=world.by)


def _move(world: Firm, lots: Random) -> Any:
    deal = world.some(lots, Deal)
    stage = lots.choice(list(Stage.objects.filter(pipeline=deal.pipeline, outcome="open").order_by("pk")))
    return deal_services.move_to_stage(deal, stage=stage, by=world.by)


def _pipeline(world: Firm, lots: Random) -> Any:
    way: Pipeline = lots.choice(world.pipelines)
    return deal_services.change_pipeline(world.some(lots, Deal), pipeline=way, by=world.by)


def _transfer(world: Firm, lots: Random) -> Any:
    row = world.some(lots, lots.choice([Company, Deal, Request]))
    return records.transfer(row, owner=lots.choice(world.managers), department=None, by=world.by)


def _line(world: Firm, lots: Random) -> Any:
    way = lots.choice(["add", "edit", "remove"])
    if way == "add":
        return deal_services.add_line(world.some(lots, Deal), {"product": lots.choice(world.products)}, by=world.by)
    line = world.some(lots, DealLine)
    if way == "remove":
        return deal_services.remove_line(line, by=world.by)
    return deal_services.edit_line(line, {"quantity": Decimal(lots.randint(1, 4))}, by=world.by)


def _payment(world: Firm, lots: Random) -> Any:
    code = lots.choice(["EUR", "USD"])
    certainty = lots.choice(["received", "high"])
    return deals.payment(world.some(lots, Deal), f"{lots.randint(1, 90)}.00", certainty, code=code, by=world.by)


def _step(world: Firm, lots: Random) -> Any:
    deal = world.some(lots, Deal)
    if deal.next_step and lots.random() < 0.5:
        return deal_services.finish_next_step(deal, by=world.by)
    return deal_services.set_next_step(deal, text=lots.choice(["Call", "Write"]), on=company_today(), by=world.by)


def _request(world: Firm, lots: Random) -> Any:
    row = world.some(lots, Request)
    way = lots.choice(["take", "aside", "reopen", "deal", "match"])
    if way == "take":
        return request_services.take(row, by=world.by)
    if way == "aside":
        return request_services.set_aside(row, reason="spam", by=world.by)
    if way == "reopen":
        return request_services.reopen_request(row, by=world.by)
    if way == "match":
        return request_services.confirm_counterparty(row, company=world.some(lots, Company), by=world.by)
    return request_services.create_deal(
        row, new_company=f"New {lots.randint(1, 3)}", new_contact={}, owner=lots.choice(world.managers), by=world.by
    )


def _create(world: Firm, lots: Random) -> Any:
    return crm.contact(company=world.some(lots, Company), by=world.by, owner=world.by, tags=world.tags[:1])


ACTS: list[Act] = [
    _edit, _bin, _restore, _bulk, _close, _reopen, _move, _pipeline, _transfer, _line, _payment, _step, _request,
    _create,
]  # fmt: skip


def play(world: Firm, act: Act, seed: int) -> ChangeSet | None:
    """Do one act; what it changed, or None where it was refused or changed nothing."""
    before = ChangeSet.objects.order_by("-pk").first()
    try:
        with transaction.atomic():
            act(world, Random(seed))
    except (DomainError, ValidationError, IntegrityError):
        return None
    after: ChangeSet | None = ChangeSet.objects.order_by("-pk").first()
    return after if after != before else None


def tracked(row: RecordModel) -> dict[str, Any]:
    """What the log must know of a record: its filled fields, and whether it is in the bin."""
    found = {name: values.current(row, name) for name in values.field_names(type(row))}
    return {**{name: value for name, value in found.items() if value not in EMPTY}, "_bin": row.deleted_at is not None}


def state() -> dict[int, Any]:
    """Everything people can see of every record outside the bin: fields, spine, words, marks and stored amounts."""
    spine = {row.pk: (row.title, row.owner_id, row.department_id, row.parent_id) for row in Record.objects.all()}
    words = dict(SearchText.objects.values_list("pk", "text"))
    found: dict[int, Any] = {}
    for model in TYPES:
        for row in model.objects.all():
            derived = {
                name: getattr(row, name)
                for name in ("total", "amount_base", "title_sort", "email_key")
                if hasattr(row, name)
            }
            marks = sorted(RecordMark.objects.filter(record=row.pk).values_list("kind", flat=True))
            names = sorted(CompanyName.objects.filter(company=row.pk).values_list("key", flat=True))
            found[row.pk] = (tracked(row), spine[row.pk], words[row.pk], derived, marks, names)
    binned = dict(Record.objects.values_list("pk", "deleted_at"))
    assert all((binned[pk] is None) == (pk in found) for pk in binned), "the spine knows what is in the bin"
    return found


def replayed() -> dict[int, dict[str, Any]]:
    """Every record as its events tell it, from the first to the last."""
    told: dict[int, dict[str, Any]] = {}
    for event in Event.objects.filter(subject__isnull=False).order_by("id").iterator():
        row = told.setdefault(event.subject_id or 0, {"_bin": False})
        for name, (_old, new) in event.changes().items():
            row[name] = new
        if verb_of(event.kind) in ("removed", "restored"):
            row["_bin"] = verb_of(event.kind) == "removed"
    return {pk: {name: v for name, v in row.items() if name == "_bin" or v not in EMPTY} for pk, row in told.items()}


def stored_values() -> dict[int, dict[str, Any]]:
    """Every record as it stands in its tables."""
    return {row.pk: tracked(row) for model in TYPES for row in model.everything.all()}


def stays() -> dict[int, list[tuple[Any, ...]]]:
    """The stage transitions of every deal."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    rows = StageTransition.objects.order_by("deal", "entered_at", "pk")
    for deal, *rest in rows.values_list("deal", "stage", "entered_at", "left_at", "by", "current"):
        found.setdefault(deal, []).append(tuple(rest))
    return found


@contextmanager
def taken_back() -> Iterator[None]:
    """What is written inside is taken back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
