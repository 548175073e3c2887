"""Duplicates of the demonstration: typed in a hurry at a fair, taken over twice; some merged, some waiting."""

from __future__ import annotations

from common.changes import merging
from common.changes import services as changes
from common.demo.scene import Scene
from common.duplicates import declaring, scanning
from crm.demo.market import Market
from crm.keys import name_words
from crm.models import Company, Contact

COMPANIES, CONTACTS, MERGED = 5, 7, 2
DAYS = 9


def build(scene: Scene) -> None:
    """The twins, two merges, and what the last looking found."""
    market, lots = scene.get(Market), scene.lots("twins")
    known = [company for rows in market.companies.values() for company in rows if company.owner_id]
    day = scene.workday(scene.ago(DAYS))
    for number, company in enumerate(lots.sample(known, COMPANIES + MERGED)):
        moment = scene.some_time(day, lots)
        scene.plan(moment, lambda company=company, merge=number < MERGED: _company(company, merge=merge))
    for company in lots.sample(known, CONTACTS):
        person = market.contacts[company.pk][0]
        scene.plan(scene.some_time(day, lots), lambda person=person: _contact(person))
    scene.plan(scene.at(scene.workday(scene.ago(1)), 7), _look)


def _company(company: Company, *, merge: bool) -> None:
    """The same company by the words of its name alone."""
    twin = changes.create(
        Company, {"name": " ".join(name_words(company.name)[:2]).title(), "phone": company.phone, "country": company.country},
        by=company.owner, owner=company.owner,
    )  # fmt: skip
    if merge:
        keeper = Company.objects.get(pk=company.pk)
        merging.merge(keeper, [twin], {}, {keeper.pk: keeper.version, twin.pk: twin.version}, by=company.owner)


def _contact(person: Contact) -> None:
    """The same person by an initial and the address."""
    changes.create(
        Contact, {"first_name": f"{person.first_name[:1]}.", "last_name": person.last_name, "email": person.email,
                  "company": person.company},
        by=person.owner, owner=person.owner,
    )  # fmt: skip


def _look() -> None:
    for likeness in declaring.all_of_them():
        scanning.scan(likeness)
