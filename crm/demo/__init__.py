"""Companies, contacts and leads of the demonstration."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.changes import services as changes
from common.changes.bulk import bulk_create
from common.changes.services import System
from common.demo.builders import register
from common.demo.demo import RATE_DAYS
from common.demo.scene import Scene
from common.organisation.models import Department
from common.tags.models import Tag
from crm.demo import fairs, shaping, twins
from crm.demo.market import Draw, Firm, Market, Somebody, address
from crm.models import Company, Contact, Industry, Lead, Source

COMPANIES, CONTACTS, STRANGERS = 400, 1200, 40
"""How many there are without the visitors of the fair; the strangers become companies and contacts when they ask."""
LEADS = 24
DEMO = System("demo")


def build(scene: Scene) -> None:
    """The customers, taken over from the old system when the company began, and leads of the last months."""
    _build_sources(scene)
    draw, market = Draw(scene), Market()
    firms = [draw.firm() for _i in range(scene.count(COMPANIES))]
    known, new = firms[: -scene.count(STRANGERS)], firms[-scene.count(STRANGERS) :]
    market.strangers = [(firm, draw.person(firm)) for firm in new]
    _build_companies(scene, draw, market, known)
    scene.keep(market)
    scene.keep(draw)
    _plan_leads(scene, draw)


def _build_sources(scene: Scene) -> None:
    """Give the preset sources to the departments; strangers abroad have a page of their own."""
    for name, key in {"Website": "dach", "Phone": "dach", "Recommendation": "dach"}.items():
        Source.objects.filter(name=name).update(department=scene.departments[key])
    for name in ("E-mail", "Trade fair"):
        Source.objects.filter(name=name).update(department=scene.departments["international"])
    Source.objects.create(
        name="International website", names={"ru": "Международный сайт"}, position=6,
        department=scene.departments["international"],
    )  # fmt: skip


def _build_companies(scene: Scene, draw: Draw, market: Market, firms: list[Firm]) -> None:
    industries, sources = list(Industry.objects.all()), list(Source.objects.all())
    tags = list(Tag.objects.filter(name__in=["key account", "partner"]))
    lots, start, known = draw.lots, scene.at(scene.ago(RATE_DAYS - 1), 10), scene.lots("own fields of companies")
    rows: list[dict[str, Any]] = [
        {
            "name": firm.name, "phone": draw.phone(firm.land), "description": draw.describe(),
            "industries": [lots.choice(industries)], "source": lots.choice(sources),
            "tags": [lots.choice(tags)] if lots.random() < 0.12 else [], **address(firm), **shaping.draw_values(scene, known),
        }
        for firm in firms
    ]  # fmt: skip
    places = [(firm.owner, firm.owner.department, start + timedelta(minutes=n)) for n, firm in enumerate(firms)]
    companies = bulk_create(Company, rows, by=DEMO, label="Companies of the old system", places=places)
    for firm, company in zip(firms, companies, strict=True):
        market.companies.setdefault(firm.owner.pk, []).append(company)
    _build_contacts(scene, draw, market, list(zip(firms, companies, strict=True)))


def _build_contacts(scene: Scene, draw: Draw, market: Market, pairs: list[tuple[Firm, Company]]) -> None:
    """One contact for each company, the rest shared out."""
    wanted = scene.count(CONTACTS) - scene.count(STRANGERS)
    chosen = pairs + [draw.lots.choice(pairs) for _i in range(wanted - len(pairs))]
    start = scene.at(scene.ago(RATE_DAYS - 2), 10)
    rows, places = [], []
    for number, (firm, company) in enumerate(chosen):
        rows.append({**_person(draw.person(firm)), "company": company, "country": firm.country, "city": firm.city})
        places.append((firm.owner, firm.owner.department, start + timedelta(seconds=20 * number)))
    contacts = bulk_create(Contact, rows, by=DEMO, label="Contacts of the old system", places=places)
    for (_firm, company), contact in zip(chosen, contacts, strict=True):
        market.contacts.setdefault(company.pk, []).append(contact)


def _person(somebody: Somebody) -> dict[str, Any]:
    return {
        "first_name": somebody.first_name, "last_name": somebody.last_name, "job_title": somebody.job_title,
        "email": somebody.email, "phone": somebody.phone,
    }  # fmt: skip


def _plan_leads(scene: Scene, draw: Draw) -> None:
    fair = Source.objects.get(name="Trade fair")
    for number in range(scene.count(LEADS)):
        firm = draw.firm()
        values = {**_person(draw.person(firm)), "company_name": firm.name, "country": firm.country, "source": fair}
        day = scene.workday(scene.ago(3 + number * 7))
        _plan_lead(scene, values, firm, day)


def _plan_lead(scene: Scene, values: dict[str, Any], firm: Firm, day: Any) -> None:
    owner = firm.owner
    scene.plan(scene.some_time(day, scene.lots(f"lead {day}")), lambda: _make_lead(values, owner))


def _make_lead(values: dict[str, Any], owner: Any) -> None:
    department: Department | None = owner.department
    changes.create(Lead, values, by=owner, department=department)


register(25, shaping.build)
register(30, build)
register(90, fairs.build)
register(91, twins.build)
