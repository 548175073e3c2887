"""The named operations on deals (each also an action of the policy, or a plain change)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalogue.models import Product
from common import clock
from common.changes import binning
from common.changes import services as changes
from common.changes import values as tracked
from common.changes.services import Actor, person
from common.changes.writing import DEFAULT
from common.events.models import Event, Via
from common.money.models import Currency
from common.money.rates import cross, currencies
from common.numbering import tickets
from common.organisation.models import Department
from common.organisation.selectors import company_today, company_zone
from common.records.timeline import field_label
from deals import errors, selectors
from deals.models import Certainty, ClosingReason, Deal, DealLine, Outcome, Payment, Pipeline, Stage


def create_deal(
    *, name: str, by: Actor, pipeline: Pipeline | None = None, stage: Stage | None = None,
    currency: Currency | None = None, owner: Any = DEFAULT, department: Any = DEFAULT, **values: Any,
) -> Deal:  # fmt: skip
    """A new open deal with a ticket: in the department's default pipeline, at its first stage, in its currency.

    Raises `NoPipeline`, `PipelineIncomplete`, `StageOfAnotherPipeline`, `ClosingNeedsReason`,
    `StageArchived`, `NoCurrency`.
    """
    home = _home(by, owner, department)
    way = pipeline or (selectors.pipelines().by_id[stage.pipeline_id] if stage else _default_pipeline(home))
    given = {
        **values, "name": name, "pipeline": way, "stage": _open_stage(way, stage),
        "currency": currency or _default_currency(home), "ticket": tickets.new_ticket(),
    }  # fmt: skip
    return changes.create(Deal, given, by=by, owner=owner, department=department)


def _home(by: Actor, owner: Any, department: Any) -> Department | None:
    """The department a new deal will belong to, as the door places it."""
    if department is not DEFAULT:
        found: Department | None = department
        return found
    user = person(by)
    holder = user if owner is DEFAULT or owner is None else owner
    return holder.department if holder else None


def _default_pipeline(home: Department | None) -> Pipeline:
    found = selectors.default_pipeline(home.pk if home else None)
    if found is None:
        raise errors.NoPipeline(field="pipeline")
    return found


def _default_currency(home: Department | None) -> Currency:
    found = home.currency if home and home.currency else currencies().base
    if found is None:
        raise errors.NoCurrency(field="currency")
    return found


def _open_stage(pipeline: Pipeline, stage: Stage | None) -> Stage:
    """The stage a deal starts at: the given open one, else the first. Refuses pipelines that cannot close."""
    stages = selectors.stages_of(pipeline)
    require_complete(pipeline)
    if stage is None:
        return next(item for item in stages if item.is_open)
    _require_open_stage(stage, pipeline.pk)
    return stage


def _require_open_stage(stage: Stage, pipeline_id: int) -> None:
    if stage.pipeline_id != pipeline_id:
        raise errors.StageOfAnotherPipeline(field="stage")
    if not stage.is_open:
        raise errors.ClosingNeedsReason(field="closing_reason")
    if stage.archived_at is not None:
        raise errors.StageArchived(field="stage", stage=stage)


def move_to_stage(deal: Deal, *, stage: Stage, by: Actor) -> Deal:
    """Move an open deal to an open stage of its pipeline; the stage it is in already: nothing.

    Raises `DealAlreadyClosed`, `StageOfAnotherPipeline`, `ClosingNeedsReason`, `StageArchived`.
    """
    label = _("%(deal)s to stage %(stage)s") % {"deal": deal.name, "stage": stage.label}
    with changes.operation("move", deal, by=by, label=label) as row:
        if row.closed_on is not None:
            raise errors.DealAlreadyClosed
        if stage.pk != row.stage_id:
            _require_open_stage(stage, row.pipeline_id)
        return changes.edit(row, {"stage": stage}, by=by, kind="deal.moved")


def change_pipeline(deal: Deal, *, pipeline: Pipeline, stage: Stage | None = None, by: Actor) -> Deal:
    """Move an open deal to another pipeline, to its first stage or the given one. Its way there starts anew.

    Raises `DealAlreadyClosed`, `PipelineIncomplete`, `StageOfAnotherPipeline`, `ClosingNeedsReason`.
    """
    label = _("%(deal)s to pipeline %(pipeline)s") % {"deal": deal.name, "pipeline": pipeline.label}
    with changes.operation("move", deal, by=by, label=label) as row:
        if row.closed_on is not None:
            raise errors.DealAlreadyClosed
        if pipeline.pk == row.pipeline_id and stage is None:
            return row
        values = {"pipeline": pipeline, "stage": _open_stage(pipeline, stage)}
        return changes.edit(row, values, by=by, kind="deal.moved")


def close_deal(
    deal: Deal, *, reason: ClosingReason, by: Actor, on: date | None = None, amount: Decimal | None = None
) -> Deal:
    """Close an open deal by its reason: it goes to the won or lost stage and keeps the one it came from.

    Lost: payments not received go to the bin. `amount` is written with it where it is given.
    Raises `DealAlreadyClosed`, `WonNeedsAmount`, `ClosedInTheFuture`, `ReasonArchived`.
    """
    label = _("Closed: %(deal)s, %(reason)s") % {"deal": deal.name, "reason": reason.label}
    with changes.operation("close", deal, by=by, label=label) as row:
        if row.closed_on is not None:
            raise errors.DealAlreadyClosed
        worth = row.amount if amount is None else amount
        day = _closing_day(reason, worth, on)
        if reason.outcome == Outcome.LOST:
            _drop_expected_payments(row, by)
        values = {
            "stage": _closing_stage(row, reason), "closing_reason": reason, "closed_on": day,
            "closed_from": row.stage_id, "amount": worth,
        }  # fmt: skip
        return changes.edit(row, values, by=by, kind="deal.closed")


def _closing_day(reason: ClosingReason, amount: Decimal | None, on: date | None) -> date:
    today = company_today()
    if reason.archived_at is not None:
        raise errors.ReasonArchived(field="closing_reason", reason=reason)
    if reason.outcome == Outcome.WON and not amount:
        raise errors.WonNeedsAmount(field="amount")
    if on is not None and on > today:
        raise errors.ClosedInTheFuture(field="closed_on")
    return on or today


def _closing_stage(deal: Deal, reason: ClosingReason) -> Stage:
    for stage in selectors.stages_of(deal.pipeline):
        if stage.outcome == reason.outcome:
            return stage
    raise errors.PipelineIncomplete(pipeline=deal.pipeline)


def _drop_expected_payments(deal: Deal, by: Actor) -> None:
    for payment in Payment.objects.filter(deal=deal).exclude(certainty=Certainty.RECEIVED):
        binning.remove(payment, by=by)


def reopen_deal(deal: Deal, *, by: Actor) -> Deal:
    """Take the closing of a deal back: to the stage it was closed at, with the payments its closing removed.

    Raises `DealIsOpen`.
    """
    with changes.operation("close", deal, by=by, label=_("Reopened: %(deal)s") % {"deal": deal.name}) as row:
        if row.closed_on is None:
            raise errors.DealIsOpen
        values = {"stage": row.closed_from_id, "closing_reason": None, "closed_on": None, "closed_from": None}
        dropped = _dropped_payments(row)
        fresh = changes.edit(row, values, by=by, kind="deal.reopened")
        for payment in dropped:
            binning.restore(payment, by=by)
        return fresh


def _dropped_payments(deal: Deal) -> list[Payment]:
    """The payments that closing this closed deal put into the bin and nobody touched since."""
    closing = Event.objects.filter(subject=deal.pk, data__has_key="closing_reason").order_by("-id").first()
    if closing is None:
        return []
    removals = Event.objects.filter(change_set=closing.change_set_id, kind="payment.removed", subject__parent=deal.pk)
    versions = dict(removals.values_list("subject_id", "version"))
    found = Payment.everything.filter(pk__in=versions).exclude(deleted_at=None)
    return [payment for payment in found if payment.version == versions[payment.pk]]


def set_next_step(deal: Deal, *, text: str, on: date | None, by: Actor, base_version: int | None = None) -> Deal:
    """Plan the next step of a deal; empty text: none. Raises `NextStepInThePast`, `Conflict`."""
    values = {"next_step": text.strip(), "next_step_on": on if text.strip() else None}
    label = _("Next step of %(deal)s") % {"deal": deal.name}
    return changes.edit(deal, values, by=by, base_version=base_version, kind="deal.step_set", label=label)


def finish_next_step(
    deal: Deal, *, then_text: str = "", then_on: date | None = None, by: Actor, base_version: int | None = None
) -> Deal:
    """Mark the next step as done and plan the one after it; empty: no follow-up is needed.

    Raises `NoNextStep`, `NextStepInThePast`, and `Conflict` where somebody else planned another step meanwhile.
    """
    label = _("Done: %(deal)s") % {"deal": deal.name}
    with changes.change_set(label, by=by):
        row = changes.lock(deal)
        if not row.next_step:
            raise errors.NoNextStep
        values = {"next_step": then_text.strip(), "next_step_on": then_on if then_text.strip() else None}
        details = {"_done": row.next_step, "_due": row.next_step_on.isoformat() if row.next_step_on else None}
        return changes.edit(row, values, by=by, base_version=base_version, kind="deal.step_done", details=details)


def refuse_past_step(event: Event, deal: Deal) -> None:
    """Guard: nobody plans a step for a day that is over. An old date may stay. Raises `NextStepInThePast`."""
    planned = event.changes().get("next_step_on")
    if planned is None or planned[1] is None or event.actor is None or event.via in (Via.UNDO, Via.IMPORT):
        return
    if date.fromisoformat(planned[1]) < clock.today(event.actor.time_zone or company_zone()):
        raise errors.NextStepInThePast(field="next_step_on")


def refuse_missing(event: Event, deal: Deal) -> None:
    """Guard: nobody brings a deal to a stage, or empties it there, without the fields the stage asks for.

    What was missing before the stage asked for it blocks no other change. Raises `StageNeedsFields`.
    """
    if event.actor is None or event.via == Via.UNDO:
        return
    stage, changed = selectors.pipelines().stage_by_id[deal.stage_id], event.changes()
    asked = [name for name in stage.required_fields if "stage" in changed or name in changed]
    known = set(tracked.field_names(Deal))
    missing = [n for n in asked if n in known and tracked.current(deal, n) in (None, "", [], False)]
    if missing:
        labels = ", ".join(field_label(Deal, name) for name in missing)
        raise errors.StageNeedsFields(stage=stage, fields=labels, field=missing[0])


def toggle_important(deal: Deal, *, by: Actor) -> Deal:
    """Set the important flag of a deal, or take it away."""
    with changes.change_set(deal.name, by=by):
        row = changes.lock(deal)
        return changes.edit(row, {"is_important": not row.is_important}, by=by)


def add_line(deal: Deal, values: Mapping[str, Any], *, by: Actor) -> DealLine:
    """A new line; text and price come from the product where they are not given.

    The deal's amount follows its lines while it is empty or their sum. `NoPriceKnown` where the product's
    price cannot be told in the deal's currency today and none is given.
    """
    given = {name: value for name, value in values.items() if name != "deal" and value not in (None, "")}
    product = given.get("product")
    with changes.change_set(_("Line added: %(deal)s") % {"deal": deal.name}, by=by), _amount_follows(deal, by) as row:
        if product is not None:
            given.setdefault("name", product.name)
            if "price" not in given:
                given["price"] = _catalogue_price(product, row)
        return changes.create(DealLine, {**given, "deal": row}, by=by)


def edit_line(line: DealLine, values: Mapping[str, Any], *, by: Actor, base_version: int | None = None) -> DealLine:
    """Change a line; the deal's amount follows as in `add_line`."""
    label = _("Line changed: %(deal)s") % {"deal": line.deal.name}
    given = {name: value for name, value in values.items() if name == "product" or value not in (None, "")}
    with changes.change_set(label, by=by), _amount_follows(line.deal, by):
        return changes.edit(line, given, by=by, base_version=base_version)


def remove_line(line: DealLine, *, by: Actor) -> None:
    """Put a line into the bin; the deal's amount follows as in `add_line`."""
    label = _("Line removed: %(deal)s") % {"deal": line.deal.name}
    with changes.change_set(label, by=by), _amount_follows(line.deal, by):
        binning.remove(line, by=by)


def _catalogue_price(product: Product, deal: Deal) -> Decimal:
    if product.price is None or product.currency_id is None:
        return Decimal(0)
    price = cross(product.price, product.currency_id, deal.currency_id, company_today())
    if price is None:
        raise errors.NoPriceKnown(field="price", product=product, currency=deal.currency.code)
    return price


@contextmanager
def _amount_follows(deal: Deal, by: Actor) -> Iterator[Deal]:
    """Inside, lines of the locked deal change; its amount is their sum again where it was before, or empty."""
    row = changes.lock(deal)
    before = selectors.lines_total(row)
    yield row
    total = selectors.lines_total(row)
    if row.closed_on is None and row.amount in (None, before) and total != row.amount and (total or row.amount):
        with changes.consequences():
            changes.edit(row, {"amount": total or None}, by=by)


def complete_pipeline(pipeline: Pipeline, *, by: Actor) -> None:
    """Give a pipeline without stages those it cannot do without: a first one, won and lost."""
    if pipeline.stages.exists():
        return
    stages = [
        Stage(name="New", names={"ru": "Новая"}, probability=10, position=1, tone="accent"),
        Stage(name="Won", names={"ru": "Выиграна"}, probability=100, position=2, outcome=Outcome.WON, tone="green"),
        Stage(name="Lost", names={"ru": "Проиграна"}, position=3, outcome=Outcome.LOST, tone="grey"),
    ]
    for stage in stages:
        stage.pipeline = pipeline
        changes.save_dictionary(stage, by=by)


def require_complete(pipeline: Pipeline) -> None:
    """Raise `PipelineIncomplete` unless it has an open, a won and a lost stage in use."""
    if {stage.outcome for stage in selectors.stages_of(pipeline)} != set(Outcome.values):
        raise errors.PipelineIncomplete(pipeline=pipeline)
