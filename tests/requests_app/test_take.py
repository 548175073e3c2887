from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common import clock
from common.changes import services as changes
from common.changes.errors import ForeignRecord
from common.events.models import Event
from common.kinds.errors import Forbidden
from common.policy.principal import principal_of
from common.records.errors import AlreadyTaken
from requests_app import errors, selectors, services
from requests_app.models import Request
from tests.factories import common, crm
from tests.factories.requests_app import request

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales() -> Any:
    return common.department()


def test_taking_makes_the_manager_its_owner_once(sales: Any) -> None:
    manager = common.user(department=sales)
    made = services.take(request(sales), by=manager)
    assert (made.owner, made.status) == (manager, "in_progress")
    before = Event.objects.count()
    assert services.take(made, by=manager).owner == manager
    assert Event.objects.count() == before


def test_a_taken_request_names_who_has_it(sales: Any) -> None:
    manager, colleague = common.user(department=sales, first_name="Anna"), common.user(department=sales)
    made = services.take(request(sales), by=manager)
    for act in (
        lambda: services.take(made, by=colleague),
        lambda: services.set_aside(made, reason="spam", by=colleague),
        lambda: services.confirm_counterparty(made, by=colleague),
    ):
        with pytest.raises(AlreadyTaken, match="Anna"):
            act()
    assert Request.objects.get(pk=made.pk).owner == manager


def test_operators_and_other_departments_do_not_take(sales: Any) -> None:
    made = request(sales)
    for person in (common.user("operator", sales), common.user(department=common.department("Other"))):
        with pytest.raises(Forbidden):
            services.take(made, by=person)


def test_what_is_set_aside_says_why_and_comes_back(sales: Any) -> None:
    manager = common.user(department=sales)
    made = services.set_aside(request(sales), reason="duplicate", by=manager)
    assert (made.status, made.disqualification) == ("closed", "duplicate")
    with pytest.raises(errors.RequestNotPending):
        services.take(made, by=manager)
    with pytest.raises(errors.RequestNotPending):
        services.set_aside(made, reason="spam", by=manager)
    made = services.reopen_request(made, by=manager)
    assert (made.status, made.disqualification) == ("new", "")
    with pytest.raises(errors.RequestNotSetAside):
        services.reopen_request(made, by=manager)
    with pytest.raises(ValueError, match="boring"):
        services.set_aside(made, reason="boring", by=manager)


def test_a_confirmed_contact_brings_its_company(sales: Any) -> None:
    manager = common.user(department=sales)
    petra = crm.contact(company=crm.company(owner=manager), owner=manager)
    made = services.confirm_counterparty(request(sales), contact=petra, by=manager)
    assert (made.contact, made.company) == (petra, petra.company)


def test_a_counterparty_is_consistent_and_visible(sales: Any) -> None:
    manager = common.user(department=sales)
    made = request(sales)
    petra = crm.contact(company=crm.company(owner=manager), owner=manager)
    hidden = crm.company(department=common.department("Other"))
    with pytest.raises(errors.ContactOfAnotherCompany):
        services.confirm_counterparty(made, contact=petra, company=crm.company(owner=manager), by=manager)
    with pytest.raises(errors.LeadOrCompany):
        services.confirm_counterparty(made, contact=petra, lead=crm.lead(owner=manager), by=manager)
    with pytest.raises(ForeignRecord) as refusal:
        services.confirm_counterparty(made, company=hidden, by=manager)
    assert refusal.value.field == "company"
    assert Request.objects.get(pk=made.pk).version == 1


def test_a_manager_keeps_what_they_enter_and_an_operator_leaves_it_to_the_managers(sales: Any) -> None:
    manager, operator = common.user(department=sales), common.user("operator", sales)
    given = {"name": "By telephone", "phone": "02841 555118"}
    kept = services.create_request(given, by=manager)
    left = services.create_request(given, by=operator)
    assert (kept.owner, kept.channel) == (manager, "manual")
    assert (left.owner, left.department, left.created_by) == (None, sales, operator)
    assert services.take(left, by=manager).owner == manager
    with pytest.raises(Forbidden):
        services.create_request(given, by=common.user("executive"))


def waiting_and_old(person: Any) -> tuple[int, int]:
    """What the side bar counts for a person, and how much of it came before today."""
    waiting, old = selectors.badge(principal_of(person))
    return waiting.count(), old.count()


def test_the_counter_tells_what_waits_for_a_person(sales: Any) -> None:
    manager, colleague = common.user(department=sales), common.user(department=sales)
    with clock.stopped(clock.now() - timedelta(days=2)):
        request(sales)
    request(sales)
    services.take(request(sales), by=colleague)
    services.set_aside(request(sales), reason="spam", by=colleague)
    request(common.department("Other"))
    assert waiting_and_old(manager) == (2, 1)
    assert waiting_and_old(colleague) == (3, 1)
    assert waiting_and_old(common.user("accountant")) == (0, 0)


def test_requests_of_a_counterparty_are_those_one_may_see(sales: Any) -> None:
    manager = common.user(department=sales)
    firm = crm.company(owner=manager)
    made = request(sales, company=firm)
    request(common.department("Other"), company=firm)
    assert list(selectors.requests_of(manager, firm)) == [made]


def test_where_managers_keep_to_themselves_nobody_sees_a_strangers_request() -> None:
    closed = common.department("Closed", keeps_to_owners=True)
    manager = common.user(department=closed)
    made = request(closed)
    assert made not in Request.objects.for_user(manager)
    assert made in Request.objects.for_user(common.user("operator", closed))
    mine = changes.create(Request, {"name": "x", "phone": "1"}, by=manager)
    assert list(Request.objects.for_user(manager)) == [mine]
