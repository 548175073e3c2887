"""A small company in which one person stands in every relation to a record of every type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.organisation.models import Department
from common.people.models import User
from common.spine.models import RecordMember
from tests.factories import catalogue, common, crm, deals, requests_app

ALWAYS = ("view", "create", "change", "delete", "export", "import", "bulk", "transfer")
ACTIONS = {
    "catalogue.product": ALWAYS,
    "crm.company": (*ALWAYS, "take"),
    "crm.contact": (*ALWAYS, "take"),
    "crm.lead": (*ALWAYS, "take"),
    "deals.deal": (*ALWAYS, "move", "close"),
    "deals.dealline": ALWAYS,
    "deals.payment": ALWAYS,
    "requests_app.request": (*ALWAYS, "take", "match", "create_deal", "set_aside"),
}
"""Every record type with every action a role can have on it."""
PARTS = {"deals.dealline": "deals.deal", "deals.payment": "deals.deal"}


@dataclass
class Row:
    """A record as the oracle knows it: who stands how to it, in plain words. Parts carry their whole's."""

    type: str
    obj: RecordModel
    relation: str
    owner: User | None
    department: Department | None
    members: dict[str, set[int]] = field(default_factory=dict)


@dataclass
class World:
    """Departments top → (sales → (team → squad), other); `person` is the one who asks."""

    person: User
    stranger: User
    top: Department
    sales: Department
    team: Department
    squad: Department
    other: Department
    rows: list[Row] = field(default_factory=list)

    @property
    def departments(self) -> tuple[Department, ...]:
        return self.top, self.sales, self.team, self.squad, self.other

    def of(self, type_key: str) -> list[Row]:
        """The rows of one type."""
        return [row for row in self.rows if row.type == type_key]

    def one(self, type_key: str, relation: str) -> Row:
        """The row of a type in this relation to the person."""
        return next(row for row in self.rows if (row.type, row.relation) == (type_key, relation))


def build() -> World:
    """The company with one record per type and relation (the person sits in `sales`)."""
    common.currency()
    top = common.department("Top")
    sales = common.department("Sales", parent=top)
    team = common.department("Team", parent=sales)
    squad = common.department("Squad", parent=team)
    other = common.department("Other", parent=top)
    world = World(common.user(None, sales), common.user(None, other), top, sales, team, squad, other)
    deals.pipeline()
    for relation, owner, department, role in _relations(world):
        members = {role: {world.person.pk}} if role else {}
        for key, obj, part_of in _records(owner, department):
            if part_of is None and role:
                with door():
                    RecordMember.objects.create(record_id=obj.pk, user=world.person, role=role)
            world.rows.append(Row(key, obj, relation, owner, department, members))
    return world


def _relations(w: World) -> Iterator[tuple[str, User | None, Department | None, str]]:
    yield "owner", w.person, w.other, ""
    yield "owner at home", w.person, w.sales, ""
    yield "coowner", w.stranger, w.other, "coowner"
    yield "assignee", w.stranger, w.other, "assignee"
    yield "shared", w.stranger, w.other, "shared"
    yield "shared, nobody's", None, None, "shared"
    yield "same department", w.stranger, w.sales, ""
    yield "same department, nobody's", None, w.sales, ""
    yield "department below", w.stranger, w.team, ""
    yield "two below", w.stranger, w.squad, ""
    yield "department above", w.stranger, w.top, ""
    yield "foreign", w.stranger, w.other, ""
    yield "nobody's", None, w.other, ""
    yield "nowhere", None, None, ""


def _records(owner: User | None, department: Department | None) -> Iterator[tuple[str, RecordModel, Any]]:
    place = {"owner": owner, "department": department}
    company = crm.company(**place)
    deal = deals.deal(company=company, **place)
    yield "catalogue.product", catalogue.product(**place), None
    yield "crm.company", company, None
    yield "crm.contact", crm.contact(company=company, **place), None
    yield "crm.lead", crm.lead(**place), None
    yield "deals.deal", deal, None
    yield "deals.dealline", deals.line(deal), deal
    yield "deals.payment", deals.payment(deal), deal
    yield "requests_app.request", requests_app.request(company=company, **place), None
