from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from common import clock
from common.changes import services as changes
from common.changes.errors import ForeignRecord
from common.events.models import Event, EventLink
from common.kinds.errors import DomainError, Forbidden
from common.organisation.models import Holiday
from common.records.errors import AlreadyTaken
from crm.models import Company, Contact, Lead
from deals.errors import NextStepInThePast
from deals.models import Deal, DealLine
from requests_app import errors, services
from requests_app.models import Request
from tests.factories import common, crm, deals
from tests.factories.catalogue import product
from tests.factories.requests_app import request


class Office:
    """A department that sells, and a request that came to it."""

    def __init__(self) -> None:
        common.own_company()
        common.currency()
        self.sales = common.department()
        self.pipeline = deals.pipeline(self.sales)
        self.manager = common.user(department=self.sales)
        self.operator = common.user("operator", self.sales)
        self.request = request(self.sales, source=crm.source(self.sales))

    def fresh(self) -> Request:
        found: Request = Request.objects.get(pk=self.request.pk)
        return found


@pytest.fixture
def office(db: Any) -> Office:
    return Office()


def test_a_deal_takes_everything_over_from_the_request(office: Office) -> None:
    pump, seal = product("100.00"), product("20.00")
    changes.edit(office.request, {"products": [pump.pk, seal.pk]}, by=office.operator)
    with clock.stopped(datetime(2026, 11, 20, 15, tzinfo=UTC)):
        deal = services.create_deal(office.request, new_company="Lackwerk Moers", new_contact={}, by=office.manager)
    made = office.fresh()
    assert (made.owner, made.status, made.deal) == (office.manager, "processed", deal)
    assert (deal.name, deal.pipeline, deal.owner, deal.department) == (
        made.name,
        office.pipeline,
        office.manager,
        office.sales,
    )
    assert (deal.source, deal.amount) == (made.source, Decimal("120.00"))
    assert (deal.next_step, deal.next_step_on.isoformat()) == ("Establish the first contact", "2026-11-23")
    assert [(line.product, line.quantity) for line in deal.lines.order_by("pk")] == [(pump, 1), (seal, 1)]
    assert (deal.company.name, deal.contact.full_name, deal.contact.email) == (
        "Lackwerk Moers",
        "Petra Vogt",
        made.email,
    )
    assert deal.contact.company == deal.company
    assert (made.company, made.contact) == (deal.company, deal.contact)
    assert deal.company.owner == deal.contact.owner == office.manager
    kinds = list(Event.objects.filter(subject=made.pk).order_by("id").values_list("kind", flat=True))
    assert kinds == ["request.created", "request.changed", "request.taken", "request.deal_created"]
    assert EventLink.objects.filter(record=deal.pk, event__kind="request.deal_created").exists()


def test_next_working_day_knows_weekends_holidays_and_the_companys_evening(office: Office) -> None:
    Holiday.objects.create(day=datetime(2026, 11, 23, tzinfo=UTC).date(), name="Founders", department=office.sales)
    with clock.stopped(datetime(2026, 11, 20, 23, 30, tzinfo=UTC)):
        deal = services.create_deal(office.request, new_company="Lackwerk", by=office.manager)
    assert deal.next_step_on.isoformat() == "2026-11-24"


def test_chosen_records_are_used_and_a_loose_contact_is_tied_to_its_company(office: Office) -> None:
    firm, petra = crm.company(owner=office.manager), crm.contact(owner=office.manager)
    deal = services.create_deal(
        office.request, company=firm, contact=petra, name="Pumps", amount=Decimal("14400.00"),
        next_step="Call Petra", next_step_on=clock.today("Europe/Berlin"), by=office.manager,
    )  # fmt: skip
    assert (deal.company, deal.contact, deal.name, deal.amount) == (firm, petra, "Pumps", Decimal("14400.00"))
    assert Contact.objects.get(pk=petra.pk).company == firm
    assert (Company.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_lead_will_do_chosen_or_new(office: Office) -> None:
    deal = services.create_deal(office.request, new_lead={}, by=office.manager)
    lead = Lead.objects.get()
    assert (deal.lead, deal.company, lead.company_name, lead.email) == (
        lead,
        None,
        "Lackwerk Moers",
        office.request.email,
    )
    other = request(office.sales)
    assert services.create_deal(other, lead=lead, by=office.manager).lead == lead


def test_an_operator_does_it_for_a_manager_and_says_for_whom(office: Office) -> None:
    with pytest.raises(errors.OwnerNeeded):
        services.create_deal(office.request, new_company="Lackwerk", by=office.operator)
    stranger = common.user(department=common.department("Other"))
    for owner in (stranger, office.operator, common.user(department=office.sales, is_active=False)):
        with pytest.raises(errors.NotAManager):
            services.create_deal(office.request, new_company="Lackwerk", owner=owner, by=office.operator)
    assert not Company.objects.exists()
    deal = services.create_deal(office.request, new_company="Lackwerk", owner=office.manager, by=office.operator)
    assert (deal.owner, deal.created_by, office.fresh().owner) == (
        office.manager,
        office.operator,
        office.manager,
    )


def test_a_colleagues_request_is_not_taken_away(office: Office) -> None:
    services.take(office.request, by=office.manager)
    colleague = common.user(department=office.sales)
    with pytest.raises(AlreadyTaken):
        services.create_deal(office.request, new_company="Lackwerk", by=colleague)
    with pytest.raises(Forbidden):
        services.create_deal(office.request, new_company="Lackwerk", by=common.user("executive"))
    head = common.user("head", office.sales)
    assert services.create_deal(office.request, new_company="Lackwerk", by=head).owner == office.manager


def refused() -> list[tuple[str, type[DomainError], Callable[[Office], dict[str, Any]]]]:
    """What is refused, with which error, given which values."""

    def lead(office: Office) -> Lead:
        return crm.lead(owner=office.manager)

    def employed(office: Office) -> Contact:
        return crm.contact(owner=office.manager, company=crm.company(owner=office.manager))

    def hidden(office: Office) -> Company:
        return crm.company(department=common.department("Other"))

    past = clock.today("UTC") - timedelta(days=3)
    return [
        ("nobody", errors.NoCounterparty, lambda office: {}),
        ("lead and company", errors.LeadOrCompany, lambda office: {"new_company": "x", "lead": lead(office)}),
        ("lead and person", errors.LeadOrCompany, lambda office: {"new_contact": {}, "lead": lead(office)}),
        ("new lead and company", errors.LeadOrCompany, lambda office: {"new_company": "x", "new_lead": {}}),
        ("foreign contact", errors.ContactOfAnotherCompany,
         lambda office: {"new_company": "x", "contact": employed(office)}),
        ("hidden company", ForeignRecord, lambda office: {"company": hidden(office)}),
        ("past step", NextStepInThePast, lambda office: {"new_company": "x", "next_step_on": past}),
    ]  # fmt: skip


@pytest.mark.parametrize(("error", "given"), [case[1:] for case in refused()], ids=[case[0] for case in refused()])
def test_a_refusal_leaves_nothing_behind(office: Office, error: type[DomainError], given: Any) -> None:
    values = given(office)
    records = (Company.objects.count(), Contact.objects.count(), Lead.objects.count(), Event.objects.count())
    with pytest.raises(error):
        services.create_deal(office.request, by=office.manager, **values)
    after = (Company.objects.count(), Contact.objects.count(), Lead.objects.count(), Event.objects.count())
    assert after == records
    assert (office.fresh().status, office.fresh().owner, Deal.objects.count()) == ("new", None, 0)


def test_the_second_deal_of_a_request_is_refused_and_the_first_named(office: Office) -> None:
    deal = services.create_deal(office.request, new_company="Lackwerk", by=office.manager)
    with pytest.raises(errors.RequestAlreadyHasDeal, match=f"D-{deal.number}") as refusal:
        services.create_deal(office.request, new_company="Lackwerk", by=office.manager)
    assert refusal.value.deal_id == deal.pk
    with pytest.raises(errors.RequestAlreadyHasDeal):
        services.set_aside(office.request, reason="spam", by=office.manager)


def test_a_second_company_of_a_name_in_a_country_is_refused(office: Office) -> None:
    country = common.country("DE")
    crm.company("Lackwerk", country=country, owner=office.manager)
    changes.edit(office.request, {"country": country}, by=office.operator)
    with pytest.raises(errors.CompanyExists):
        services.create_deal(office.request, new_company="LACKWERK", by=office.manager)


def test_a_product_whose_price_cannot_be_told_leaves_the_amount_open(office: Office) -> None:
    changes.edit(office.request, {"products": [product("5.00").pk, product("5.00", "GBP").pk]}, by=office.operator)
    deal = services.create_deal(office.request, new_company="Lackwerk", by=office.manager)
    assert deal.amount is None
    assert sorted(DealLine.objects.values_list("price", flat=True)) == [Decimal("0.00"), Decimal("5.00")]


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_make_one_deal() -> None:
    office = Office()
    people, start = [office.manager, common.user(department=office.sales)], Barrier(2)

    def attempt(person: Any) -> object:
        try:
            start.wait()
            return services.create_deal(office.request, new_company="Lackwerk", by=person)
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, people))
    assert sorted(type(result).__name__ for result in results) in (
        ["Deal", "RequestAlreadyHasDeal"], ["Deal", "Forbidden"],
    )  # fmt: skip
    assert Deal.objects.count() == Company.objects.count() == 1
