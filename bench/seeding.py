"""A company of any size with the proportions of a peer that was measured (docs/proof.md, "Proportions").

To every deal: one request, 0.4 companies, 0.8 contacts, 1.2 payments in three currencies, 0.76 lines; half of the
deals open, 24 months; a tenth of the deals has a co-owner. Every record has its spine row, search text and events.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from bench import copying
from bench.people import RARE_DEALS, Staff, hire
from bench.words import CHARACTERS, FIRST_NAMES, KINDS, LAST_NAMES, PLACES, SUBJECTS, TEXTS
from catalogue.models import Product
from common import clock
from common.changes.values import encode
from common.changes.writing import search_texts
from common.events.models import ChangeSet, Event, EventLink, Via
from common.kinds import dictionary
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.money.rates import currencies
from common.people.models import User
from common.places.models import Country
from common.spine.models import Record, RecordMark, RecordMember, SearchText, TypeCounter
from crm.keys import name_key
from crm.models import Company, CompanyName, Contact, Source
from deals.models import ClosingReason, Deal, DealLine, Outcome, Payment, Pipeline, Stage, StageTransition
from requests_app.models import Request

CHUNK = 1000
DAYS = 730
ORDER = [
    Record, ChangeSet, Company, Contact, Deal, Request, DealLine, Payment, Event, EventLink, SearchText, RecordMember,
    RecordMark, CompanyName, StageTransition,
]  # fmt: skip


class Seeder:
    """Makes the records of a chunk of deals, in the order they would have come."""

    def __init__(self, lots: Random, staff: Staff) -> None:
        self.lots, self.staff = lots, staff
        self.load = copying.Loader(ORDER)
        self.now = clock.now()
        self.numbers = {model: _last_number(model) for model in (Company, Contact, Deal, Request, DealLine, Payment)}
        self.sources = list(Source.objects.all())
        self.countries = list(Country.objects.all()[:12])
        self.products = list(Product.objects.all())
        self.currencies = [
            currencies().by_code[code] for code in ("EUR", "EUR", "EUR", "EUR", "EUR", "USD", "USD", "CHF")
        ]
        self.ways = [(p, [*p.stages.order_by("position")]) for p in Pipeline.objects.all()]
        self.reasons = {kind: [*ClosingReason.objects.filter(outcome=kind)] for kind in (Outcome.WON, Outcome.LOST)}

    def chunk(self, deals: int, dealt_to_the_rare: int) -> None:
        """So many deals and all that belongs to them."""
        owners = self.staff.draw(self.lots, max(1, round(deals * 0.4)))
        owners[: round(dealt_to_the_rare * 0.4)] = [self.staff.rare] * round(dealt_to_the_rare * 0.4)
        for owner in owners:
            company = self.company(owner)
            contacts = [self.contact(owner, company) for _n in range(2)]
            for _n in range(3 if self.lots.random() < 0.5 else 2):
                self.story(owner, company, self.lots.choice(contacts))
        self.load.flush()

    def company(self, owner: User) -> Company:
        """A customer."""
        number = self.numbers[Company] + 1
        name = f"{self.lots.choice(CHARACTERS)}{self.lots.choice(KINDS)} {self.lots.choice(PLACES)} {number} GmbH"
        domain = f"{name_key(name).replace(' ', '-')}.example"
        company = Company(
            name=name, country=self.lots.choice(self.countries), source=self.lots.choice(self.sources),
            email=f"info@{domain}", phone=self.phone(), website=f"https://{domain}",
        )  # fmt: skip
        self.record(company, owner, self.moment())
        self.load.add(CompanyName(company_id=company.pk, key=name_key(name)[:200]))
        return company

    def contact(self, owner: User, company: Company) -> Contact:
        """Who speaks for it."""
        first, last = self.lots.choice(FIRST_NAMES), self.lots.choice(LAST_NAMES)
        contact = Contact(
            first_name=first, last_name=last, company=company, phone=self.phone(),
            email=f"{first}.{last}@{company.email.partition('@')[2]}".lower(), source_id=company.source_id,
        )  # fmt: skip
        self.record(contact, owner, company.created_at)
        return contact

    def story(self, owner: User, company: Company, contact: Contact) -> None:
        """A request and, for most, its deal with stages, lines and payments."""
        start = self.moment()
        status = self.lots.choices(["processed", "closed", "new", "in_progress"], [84, 13, 2, 1])[0]
        deal = self.deal(owner, company, contact, start)
        subject = self.lots.choice(SUBJECTS)
        request = Request(
            name=subject, text=self.lots.choice(TEXTS), first_name=contact.first_name, last_name=contact.last_name,
            email=contact.email, phone=contact.phone, company_name=company.name, company=company, contact=contact,
            source_id=company.source_id, channel="site", received_at=start, status=status,
            disqualification="spam" if status == "closed" else "", deal=deal if status == "processed" else None,
        )  # fmt: skip
        self.record(request, owner if status != "new" else None, start, owner.department_id)

    def deal(self, owner: User, company: Company, contact: Contact, start: datetime) -> Deal:
        """A sale: half are open, a third of the rest is won."""
        pipeline, stages = self.lots.choice(self.ways)
        way = [stage for stage in stages if stage.outcome == Outcome.OPEN]
        reached = self.lots.randint(1, len(way))
        deal = Deal(
            name=f"{self.lots.choice(SUBJECTS)}, {company.name}"[:200], pipeline=pipeline, stage=way[reached - 1],
            company=company, contact=contact, currency=self.lots.choice(self.currencies), source_id=company.source_id,
            amount=Decimal(self.lots.randint(500, 9_000_000)) / 100, ticket=self.ticket(),
            expected_close=(start + timedelta(days=self.lots.randint(20, 200))).date(),
            is_important=self.lots.random() < 0.03,
        )  # fmt: skip
        moments = sorted(start + (self.now - start) * self.lots.random() for _n in range(reached + 1))
        moments[0] = start
        visited = way[:reached]
        if self.lots.random() < 0.5:
            self.close(deal, moments[-1], stages, visited)
        elif self.lots.random() < 0.8:
            deal.next_step, deal.next_step_on = "Call", (self.now + timedelta(days=self.lots.randint(-9, 30))).date()
        deal.stage_since = moments[len(visited) - 1]
        deal.version = len(visited)
        self.record(deal, owner, start)
        self.stays(deal, owner, list(zip(visited, moments, strict=False)))
        if self.lots.random() < 0.1:
            member = self.lots.choice(self.staff.sellers)
            self.load.add(RecordMember(record_id=deal.pk, user=member, role=RecordMember.Role.COOWNER))
        self.money(deal, owner, start)
        return deal

    def close(self, deal: Deal, at: datetime, stages: list[Stage], visited: list[Stage]) -> None:
        """Won or lost, from the stage it was in."""
        outcome = Outcome.WON if self.lots.random() < 0.35 else Outcome.LOST
        end = next(stage for stage in stages if stage.outcome == outcome)
        deal.closed_from, deal.stage = deal.stage, end
        deal.closing_reason, deal.closed_on = self.lots.choice(self.reasons[outcome]), at.date()
        visited.append(end)

    def stays(self, deal: Deal, owner: User, way: list[tuple[Stage, datetime]]) -> None:
        """The stage transitions and the events they were made of."""
        for index, (stage, entered) in enumerate(way):
            left = way[index + 1][1] if index + 1 < len(way) else None
            self.load.add(StageTransition(deal=deal, stage=stage, entered_at=entered, left_at=left, by=owner))
            if index:
                kind = "deal.moved" if stage.outcome == Outcome.OPEN else "deal.closed"
                self.event(deal, kind, owner, entered, {"stage": [way[index - 1][0].pk, stage.pk]}, index + 1)

    def money(self, deal: Deal, owner: User, start: datetime) -> None:
        """Lines, and payments: received ones lie behind today."""
        for _n in range(self.lots.choices([0, 1, 2], [44, 36, 20])[0]):
            product = self.lots.choice(self.products)
            line = DealLine(deal=deal, product=product, name=product.name, price=product.price or Decimal(10))
            self.record(line, owner, start)
        for _n in range(self.lots.choices([0, 1, 2, 3], [25, 40, 25, 10])[0]):
            day = (start + timedelta(days=self.lots.randint(5, 400))).date()
            paid = day <= self.now.date() and self.lots.random() < 0.8
            payment = Payment(
                deal=deal, amount=(deal.amount / 3).quantize(Decimal("0.01")), currency=deal.currency, on=day,
                certainty="received" if paid else self.lots.choice(["guaranteed", "high", "low"]),
            )  # fmt: skip
            self.record(payment, owner, start)

    def record(self, obj: Any, owner: User | None, at: datetime, department_id: int | None = None) -> None:
        """The row, its spine, its search text and the event of its creation."""
        model = type(obj)
        self.numbers[model] += 1
        obj.number, obj.owner = self.numbers[model], owner
        obj.department_id = owner.department_id if owner else department_id
        obj.created_at, obj.created_by = at, owner
        parent = getattr(obj, f"{obj.parent_field}_id") if obj.parent_field else None
        obj.before_save()
        spine = Record(
            type=model._meta.label_lower, owner_id=obj.owner_id, department_id=obj.department_id, parent_id=parent,
            title=obj.title[:250], touched_at=at,
        )  # fmt: skip
        self.load.add(spine)
        obj.record = spine
        self.load.add(obj)
        self.load.add(SearchText(record_id=spine.pk, **search_texts(obj)))
        self.event(obj, f"{model._meta.model_name}.created", owner, at, _first_values(obj), 1)

    def event(
        self, obj: RecordModel, kind: str, by: User | None, at: datetime, data: dict[str, Any], version: int
    ) -> None:
        """An event with its change set and its places on timelines."""
        act = ChangeSet(label=obj.title[:250], actor=by, via=Via.FORM, at=at)
        self.load.add(act)
        event = Event(
            at=at, recorded_at=at, actor=by, via=Via.FORM, kind=kind, subject_id=obj.pk, version=version,
            change_set=act, data=data,
        )  # fmt: skip
        self.load.add(event)
        parent = getattr(obj, f"{obj.parent_field}_id") if obj.parent_field else None
        for pk in {obj.pk, parent, *obj.linked_records()} - {None}:
            self.load.add(EventLink(record_id=pk, at=at, event=event))

    def moment(self) -> datetime:
        """Some time in the last two years."""
        return self.now - timedelta(seconds=self.lots.randint(60, DAYS * 86_400))

    def phone(self) -> str:
        """A number that nobody has."""
        return f"+49 {self.lots.randint(20, 999)} {self.lots.randint(1_000_000, 9_999_999)}"

    def ticket(self) -> str:
        """Sixteen characters that are no valid ticket: nothing is addressed to a made-up deal."""
        return "".join(self.lots.choices("0123456789ABCDEFGHJKMNPQRSTVWXYZ", k=16))


def _first_values(obj: Any) -> dict[str, Any]:
    names = ("name", "first_name", "last_name", "amount", "stage_id", "company_id", "status")
    found = {name.removesuffix("_id"): getattr(obj, name, None) for name in names}
    return {name: [None, encode(value)] for name, value in found.items() if value not in (None, "")}


def _last_number(model: type[RecordModel]) -> int:
    return int(model.everything.aggregate(top=Max("number"))["top"] or 0)


def _chunks(deals: int) -> Iterator[int]:
    for start in range(0, deals, CHUNK):
        yield min(CHUNK, deals - start)


def seed(deals: int, lots: Random, told: Any) -> None:
    """Put so many deals and what belongs to them beside the demonstration company; `told(done)` after each chunk."""
    with transaction.atomic(), door():
        staff = hire(lots)
        dictionary.use_version(dictionary.version())
        with connection.cursor() as cursor:
            copying.without_triggers(cursor)
        seeder, done = Seeder(lots, staff), 0
        for size in _chunks(deals):
            seeder.chunk(size, RARE_DEALS if not done else 0)
            done += size
            told(done)
        for model, last in seeder.numbers.items():
            TypeCounter.objects.update_or_create(type=model._meta.label_lower, defaults={"last": last})
    dictionary.use_version(None)
    copying.finish(ORDER)
