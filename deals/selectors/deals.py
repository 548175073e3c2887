from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Prefetch, Q, When

from common import clock
from common.kinds import dictionary
from common.kinds.among import among
from common.kinds.models import RecordModel, RecordQuerySet
from common.money.aggregates import ExactSum
from common.money.models import Currency
from common.money.rates import Converted, cross, currencies, rounded, sum_in_base, to_base
from common.organisation.selectors import company_today
from common.people.models import User
from common.policy import scopes
from common.policy import selectors as policy
from common.policy.principal import Principal, principal_of
from common.spine.models import RecordMember
from crm.models import Company, Contact, Lead
from deals.models import Certainty, Deal, DealLine, Outcome, Payment, Pipeline, Stage, StageTransition

HUNDRED = Decimal(100)
# How the lines of a deal are fetched along with it.
LINES: Prefetch[Any, Any, Any] = Prefetch("lines", DealLine.objects.select_related("product"))


@dataclass(frozen=True)
class Pipelines:
    """All pipelines with their stages in order, as read at one version of the configuration."""

    by_id: Mapping[int, Pipeline]
    stages: Mapping[int, tuple[Stage, ...]]
    stage_by_id: Mapping[int, Stage]


def pipelines() -> Pipelines:
    """The pipelines and stages, archived ones too, from the process dictionary."""

    def load() -> Pipelines:
        rows = {row.pk: row for row in Pipeline.objects.all()}
        stages: dict[int, list[Stage]] = defaultdict(list)
        for stage in Stage.objects.order_by("position", "pk"):
            stage.pipeline = rows[stage.pipeline_id]
            stages[stage.pipeline_id].append(stage)
        known = {stage.pk: stage for row in stages.values() for stage in row}
        return Pipelines(rows, {pk: tuple(row) for pk, row in stages.items()}, known)

    return dictionary.lookup("deals.pipelines", load)


def pipelines_for(department_id: int | None) -> list[Pipeline]:
    """The pipelines a department works with: its own, then those of everybody; defaults first."""
    found = [
        row for row in pipelines().by_id.values()
        if row.archived_at is None and row.department_id in (None, department_id)
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row.department_id is None, not row.is_default, row.position, row.pk))


def default_pipeline(department_id: int | None) -> Pipeline | None:
    """The department's own default, else the common default, else the first it may use."""
    found = pipelines_for(department_id)
    return next((row for row in found if row.is_default), found[0] if found else None)


def stages_of(pipeline: Pipeline | int) -> list[Stage]:
    """The stages of a pipeline that are in use, in order."""
    key = pipeline if isinstance(pipeline, int) else pipeline.pk
    return [stage for stage in pipelines().stages.get(key, ()) if stage.archived_at is None]


def lines_total(deal: Deal) -> Decimal:
    """The sum of a deal's lines, in its currency."""
    total: Decimal = DealLine.objects.filter(deal=deal).aggregate(total=ExactSum("total"))["total"]
    return rounded(total)


@dataclass(frozen=True)
class PaymentFacts:
    """What is paid and what is to come, in the deal's currency.

    `expected` = amount − paid. `unscheduled`: the part of it no payment is planned for. `missing` names
    the currencies whose payments are in no figure because a rate is missing.
    """

    amount: Decimal | None
    by_certainty: Mapping[str, Decimal]
    missing: tuple[str, ...] = ()

    @property
    def paid(self) -> Decimal:
        return self.by_certainty[Certainty.RECEIVED]

    @property
    def scheduled(self) -> Decimal:
        """Planned and not received."""
        return sum((value for key, value in self.by_certainty.items() if key != Certainty.RECEIVED), Decimal(0))

    @property
    def expected(self) -> Decimal | None:
        return None if self.amount is None else max(self.amount - self.paid, Decimal(0))

    @property
    def unscheduled(self) -> Decimal | None:
        if self.amount is None:
            return None
        return max(self.amount - self.paid - self.scheduled, Decimal(0))

    @property
    def overpaid(self) -> Decimal:
        return max(self.paid - (self.amount or self.paid), Decimal(0))

    def share(self, certainty: str) -> Decimal | None:
        """Percent of the amount (of all payments where it is empty or smaller) with this certainty."""
        whole = max(self.amount or Decimal(0), sum(self.by_certainty.values(), Decimal(0)))
        return rounded(self.by_certainty[certainty] * HUNDRED / whole) if whole else None


def payment_facts(deal: Deal) -> PaymentFacts:
    """What of a deal is paid, planned and open; received at the rate of the paid day, the rest at today's."""
    sums: dict[str, Decimal] = dict.fromkeys(Certainty.values, Decimal(0))
    missing, today = set(), company_today()
    for row in deal.payments.all():
        day = row.on if row.certainty == Certainty.RECEIVED else today
        told = cross(row.amount, row.currency_id, deal.currency_id, day)
        if told is None:
            missing.add(currencies().by_id[row.currency_id].code)
        else:
            sums[row.certainty] += told
    return PaymentFacts(deal.amount, sums, tuple(sorted(missing)))


def payments_of(user: User | Principal, deal: Deal) -> list[Payment]:
    """The payments of a deal the person may see, by day."""
    if not scopes.sees_parts(principal_of(user), deal, Payment):
        return []
    return sorted(deal.payments.all(), key=lambda row: (row.on, row.pk))


@dataclass
class Totals:
    """How many deals, their worth per currency and in base, and that weighted by their chance."""

    count: int = 0
    by_currency: dict[int, Decimal] = field(default_factory=dict)
    amount: Converted = field(default_factory=lambda: Converted(Decimal(0)))
    weighted: Converted = field(default_factory=lambda: Converted(Decimal(0)))


def _grouped(rows: RecordQuerySet[Any]) -> list[dict[str, Any]]:
    """Sums of deals per stage, currency, chance of winning and whether they are closed: one query.

    Each chance is a group, so that a database adds up a million amounts without multiplying each.
    """
    closed = Q(closed_on__isnull=False)
    return list(
        rows.order_by().values("stage_id", "probability", "currency_id", closed=closed).annotate(
            count=Count("*"), total=ExactSum("amount"), base=ExactSum("amount_base"),
            unrated=Count("currency", filter=closed & Q(amount__gt=0, amount_base=None)),
        )
    )  # fmt: skip


def _chance(group: Mapping[str, Any]) -> int:
    """The chance of winning of a group of deals in percent: their own, else their stage's."""
    own: int | None = group["probability"]
    return pipelines().stage_by_id[group["stage_id"]].probability if own is None else own


def money_of_groups(groups: Iterable[Mapping[str, Any]], today: date) -> Converted:
    """Closed deals by their stored amount, open ones at today's rates; what has no rate is named, not guessed."""
    kept, parts, unrated = Decimal(0), [], set()
    for group in groups:
        if group["closed"]:
            kept += group["base"]
            if group["unrated"]:
                unrated.add(currencies().by_id[group["currency_id"]].code)
        else:
            parts.append((group["total"], group["currency_id"]))
    told = sum_in_base(parts, today)
    return Converted(rounded(told.amount + kept), told.approximate, tuple(sorted({*told.missing, *unrated})))


def _totals(groups: list[dict[str, Any]], today: date) -> Totals:
    by_currency: dict[int, Decimal] = defaultdict(Decimal)
    for group in groups:
        by_currency[group["currency_id"]] += rounded(group["total"])
    weighted = sum_in_base(
        [(group["total"] * _chance(group) / HUNDRED, group["currency_id"]) for group in groups if not group["closed"]],
        today,
    )
    count = sum(group["count"] for group in groups)
    return Totals(count, dict(by_currency), money_of_groups(groups, today), weighted)


def board_totals(rows: RecordQuerySet[Any]) -> dict[int | None, Totals]:
    """Count, worth and weighted worth over all of `rows` (deals one may see), per stage and whole, in one query."""
    today = company_today()
    groups: dict[int | None, list[dict[str, Any]]] = {None: _grouped(rows)}
    for group in groups[None]:
        groups.setdefault(group["stage_id"], []).append(group)
    return {stage: _totals(found, today) for stage, found in groups.items()}


def list_totals(*parts: RecordQuerySet[Any]) -> Totals:
    """The same over all rows of these parts, which have none in common, for the footer of a list: a query for each."""
    return _totals([group for rows in parts for group in _grouped(rows)], company_today())


def days_in_stage(deal: Deal) -> int:
    """Full days since the deal came to its stage."""
    return (clock.now() - deal.stage_since).days


@dataclass(frozen=True)
class StageStep:
    """A step of the stage bar: done, now, ahead, won or lost; how many days the deal spent in it."""

    stage: Stage
    state: str
    days: int | None = None


def stage_bar(deal: Deal) -> list[StageStep]:
    """The way of a deal through its pipeline: its open stages and the end, with the days spent in each."""
    spent = _days_spent(deal)
    stages = pipelines().stages.get(deal.pipeline_id, ())
    way = [s for s in stages if s.is_open and (s.archived_at is None or s.pk in (deal.stage_id, deal.closed_from_id))]
    here = deal.closed_from_id if deal.closed_on else deal.stage_id
    at = next((index for index, stage in enumerate(way) if stage.pk == here), -1)
    won = bool(deal.closed_on) and pipelines().stage_by_id[deal.stage_id].outcome == Outcome.WON
    steps = []
    for index, stage in enumerate(way):
        reached = won or index <= at
        state = "now" if not deal.closed_on and index == at else "done" if reached else "ahead"
        steps.append(StageStep(stage, state, spent.get(stage.pk)))
    return [*steps, *_ends(deal, stages)]


def _ends(deal: Deal, stages: Iterable[Stage]) -> list[StageStep]:
    if deal.closed_on:
        end = pipelines().stage_by_id[deal.stage_id]
        return [StageStep(end, "won" if end.outcome == Outcome.WON else "lost")]
    return [StageStep(s, "ahead") for s in stages if s.outcome == Outcome.WON and s.archived_at is None][:1]


def _days_spent(deal: Deal) -> dict[int, int]:
    spent: dict[int, timedelta] = defaultdict(timedelta)
    now = clock.now()
    stays = StageTransition.objects.filter(deal=deal, current=True).values_list("stage_id", "entered_at", "left_at")
    for stage_id, entered, left in stays:
        until: datetime = left or now
        spent[stage_id] += until - entered
    return {stage_id: time.days for stage_id, time in spent.items()}


def deals_of(user: User | Principal, record: RecordModel) -> RecordQuerySet[Deal]:
    """The deals of a company, contact or lead that the person may see: open first, newest first."""
    columns: dict[type[RecordModel], str] = {Company: "company", Contact: "contact", Lead: "lead"}
    rows = Deal.objects.for_user(user).filter(**{columns[type(record)]: record.pk})
    found: RecordQuerySet[Deal] = rows.order_by(F("closed_on").desc(nulls_first=True), "-created_at", "-pk")
    return found


def parties_with(user: User | Principal, column: str, states: Sequence[str]) -> Q:
    """Companies, contacts or leads (`column` of a deal) that have deals in one of the states, or `none` at all."""
    seen = Deal.objects.for_user(user)
    meant = {
        "open": Q(closed_on=None), "won": Q(closing_reason__outcome=Outcome.WON),
        "lost": Q(closing_reason__outcome=Outcome.LOST),
    }  # fmt: skip
    found = Q(pk__in=[])
    for state in states:
        found |= among(seen.filter(meant[state]), column) if state in meant else ~among(seen, column)
    return found


def parties_without_won(user: User | Principal, column: str, days: int) -> Q:
    """Companies, contacts or leads that no deal was won with for more than so many days."""
    since = company_today() - timedelta(days=days)
    won = Deal.objects.for_user(user).filter(closing_reason__outcome=Outcome.WON, closed_on__gte=since)
    return ~among(won, column)


def lines_of(user: User | Principal, deal: Deal) -> list[DealLine]:
    """The lines of a deal the person may see, in the order they were added."""
    if not scopes.sees_parts(principal_of(user), deal, DealLine):
        return []
    return sorted(deal.lines.all(), key=lambda row: row.pk)


def coowners_of(deal_ids: Sequence[int]) -> dict[int, list[User]]:
    """The co-owners of these deals, read with what names them; one query."""
    found: dict[int, list[User]] = defaultdict(list)
    rows = RecordMember.objects.filter(record__in=deal_ids, role=RecordMember.Role.COOWNER).select_related("user")
    for member in rows.only("record_id", *(f"user__{name}" for name in User.named_by)).order_by("pk"):
        found[member.record_id].append(member.user)
    return dict(found)


def boards_for(user: User, principal: Principal) -> list[Pipeline]:
    """The pipelines a person may switch between on the board: their department's first, then all others."""
    mine = pipelines_for(user.department_id)
    others = [row for row in pipelines().by_id.values() if row.archived_at is None and row not in mine]
    return [*mine, *sorted(others, key=lambda row: (row.position, row.pk))]


def amount_today(deal: Deal) -> Decimal | None:
    """The amount of an open deal in base currency at today's rate; None without amount or rate."""
    return None if deal.amount is None else to_base(deal.amount, deal.currency_id, company_today())


def visible_counterparties(user: User | Principal, deal: Deal) -> set[int]:
    """The keys of the deal's company, contact and lead that the person may see."""
    return policy.visible_keys(user, [(Company, deal.company_id), (Contact, deal.contact_id), (Lead, deal.lead_id)])


def currency_for(user: User) -> Currency | None:
    """The currency a person's new deal begins with: the department's, else the base."""
    home = user.department
    return home.currency if home and home.currency else currencies().base


def payment_defaults(user: User | Principal, deal_key: str) -> dict[str, Any]:
    """What a new payment of a deal begins with: what is not scheduled, today, the numbers of the last one."""
    if not deal_key.isdecimal() or len(deal_key) > 17:
        return {}
    deal = Deal.objects.for_user(user).filter(pk=int(deal_key)).first()
    if deal is None:
        return {}
    facts, last = payment_facts(deal), next(reversed(payments_of(user, deal)), None)
    found = {"deal": deal.pk, "currency": deal.currency_id, "amount": facts.unscheduled or None, "on": company_today()}
    if last is not None:
        found |= {"order_number": last.order_number, "certainty": last.certainty}
    return found


@dataclass(frozen=True)
class PaymentTotals:
    """What a list of payments adds up to in base currency."""

    count: int
    received: Converted
    expected: Converted


def payment_totals(rows: RecordQuerySet[Any]) -> PaymentTotals:
    """Received at the rates of their days (as stored), the rest at today's; one query."""
    is_received = Q(certainty=Certainty.RECEIVED)
    groups = rows.order_by().values("currency_id", received=is_received).annotate(
        count=Count("*"), total=ExactSum(Case(When(~is_received, then="amount"))),
        base=ExactSum(Case(When(is_received, then="amount_base"))),
        unrated=Count("currency", filter=Q(amount_base=None)),
    )  # fmt: skip
    kept, unrated, parts, count = Decimal(0), set(), [], 0
    for group in groups:
        count += group["count"]
        if not group["received"]:
            parts.append((group["total"], group["currency_id"]))
            continue
        kept += group["base"]
        if group["unrated"]:
            unrated.add(currencies().by_id[group["currency_id"]].code)
    return PaymentTotals(
        count, Converted(rounded(kept), missing=tuple(sorted(unrated))), sum_in_base(parts, company_today())
    )
