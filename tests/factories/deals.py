from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from common.changes import services as changes
from common.changes.services import Actor
from common.organisation.selectors import company_today
from deals import services
from deals.models import ClosingReason, Deal, DealLine, Outcome, Payment, Pipeline, Stage
from tests.factories.common import SETUP, currency, number
from tests.factories.crm import company

STAGES = (("New", 10), ("Qualified", 25), ("Proposal", 50), ("Negotiation", 75))


def pipeline(department: Any = None, *, is_default: bool = True, stages: Any = STAGES) -> Pipeline:
    """A pipeline with open stages, one for won and one for lost deals."""
    row = Pipeline.objects.create(name=f"Pipeline {number()}", department=department, is_default=is_default)
    for position, (name, probability) in enumerate(stages, start=1):
        Stage.objects.create(pipeline=row, name=name, probability=probability, position=position)
    Stage.objects.create(pipeline=row, name="Won", outcome=Outcome.WON, probability=100, position=90)
    Stage.objects.create(pipeline=row, name="Lost", outcome=Outcome.LOST, position=91)
    return row


def stage(of: Pipeline, name: str) -> Stage:
    """The stage of this name."""
    return Stage.objects.get(pipeline=of, name=name)


def reason(outcome: str = Outcome.LOST, **values: Any) -> ClosingReason:
    """A closing reason."""
    return ClosingReason.objects.create(name=values.pop("name", f"Reason {number()}"), outcome=outcome, **values)


def deal(owner: Any = None, *, by: Actor = SETUP, amount: str | None = None, **values: Any) -> Deal:
    """An open deal of `owner` in a pipeline that exists or is made."""
    currency()
    if "pipeline" not in values and not Pipeline.objects.exists():
        pipeline()
    given = {"name": f"Valves {number()}", "amount": Decimal(amount) if amount else None, **values}
    if not {"company", "contact", "lead"} & set(given):
        given["company"] = company(owner=owner)
    given.setdefault("department", owner.department if owner else None)
    return services.create_deal(by=by, owner=owner, **given)


def payment(of: Deal, amount: str = "100.00", certainty: str = "high", *, code: str = "EUR", on: date | None = None,
            by: Actor = SETUP, **values: Any) -> Payment:  # fmt: skip
    """A payment for a deal."""
    given = {
        "deal": of,
        "amount": Decimal(amount),
        "currency": currency(code),
        "on": on or company_today(),
        "certainty": certainty,
        **values,
    }
    return changes.create(Payment, given, by=by)


def line(of: Deal, *, by: Actor = SETUP, **values: Any) -> DealLine:
    """A line of a deal."""
    given = {"deal": of, "name": f"Valve {number()}", "price": Decimal(10), **values}
    return changes.create(DealLine, given, by=by)
