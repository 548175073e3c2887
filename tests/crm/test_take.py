"""Leads, companies and contacts are taken like requests: nobody's by who may, a colleague's by who may give it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.changes import undoing
from common.events.models import ChangeSet, Event
from common.kinds.errors import Forbidden
from common.people.models import User
from common.records import services
from common.records.errors import AlreadyTaken
from crm.models import Company, Contact, Lead
from tests.factories import common, crm
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
TYPES: list[tuple[Any, str, Any]] = [
    (Lead, "leads", crm.lead), (Company, "companies", crm.company), (Contact, "contacts", crm.contact),
]  # fmt: skip


@pytest.fixture
def sales() -> Any:
    return common.department()


@pytest.fixture
def manager(sales: Any) -> User:
    return common.user(department=sales)


@pytest.mark.parametrize(("model", "namespace", "make"), TYPES)
def test_a_manager_takes_what_nobody_has_and_undoes_it(
    model: Any, namespace: str, make: Any, sales: Any, manager: User
) -> None:
    obj = make(department=sales)
    client = signed_in(manager)
    assert f"/{namespace}/{obj.pk}/take/" in client.get(f"/{namespace}/{obj.pk}/").content.decode()
    answer = client.post(f"/{namespace}/{obj.pk}/take/", {"next": f"/{namespace}/?all=1"})
    assert (answer.status_code, answer.url) == (303, f"/{namespace}/?all=1")
    taken = model.objects.get(pk=obj.pk)
    assert (taken.owner, taken.department) == (manager, sales)
    assert Event.objects.filter(kind=f"{model._meta.model_name}.taken", subject=obj.pk).count() == 1
    assert f"/{namespace}/{obj.pk}/take/" not in client.get(f"/{namespace}/{obj.pk}/").content.decode()
    before = Event.objects.count()
    services.take(taken, by=manager)
    assert Event.objects.count() == before
    undoing.undo(ChangeSet.objects.latest("pk"), by=manager)
    assert model.objects.get(pk=obj.pk).owner is None


def test_a_colleagues_is_taken_only_by_who_may_give_it_away(sales: Any, manager: User) -> None:
    head, colleague = common.user("head", sales), common.user(department=sales, first_name="Anna")
    lead = crm.lead(owner=colleague, department=sales)
    with pytest.raises(AlreadyTaken, match="Anna"):
        services.take(lead, by=manager)
    assert f"/leads/{lead.pk}/take/" not in signed_in(manager).get("/leads/?all=1").content.decode()
    assert f"/leads/{lead.pk}/take/" in signed_in(head).get("/leads/?all=1").content.decode()
    assert services.take(lead, by=head).owner == head


def test_operators_and_other_departments_do_not_take(sales: Any) -> None:
    lead = crm.lead(department=sales)
    for person in (common.user("operator", sales), common.user(department=common.department("Other"))):
        with pytest.raises(Forbidden):
            services.take(lead, by=person)
    assert "/take/" not in signed_in(common.user("operator", sales)).get("/leads/?all=1").content.decode()


def test_one_takes_many_at_once_sees_which_not_and_undoes_all(sales: Any, manager: User) -> None:
    colleague = common.user(department=sales, first_name="Anna", last_name="Berg")
    free = [crm.lead(department=sales) for _n in range(3)]
    others, mine = crm.lead(owner=colleague, department=sales), crm.lead(owner=manager)
    client = signed_in(manager)
    assert "/leads/bulk/take/" in client.get("/leads/?all=1").content.decode()
    keys = [row.pk for row in (*free, others, mine)]
    asked = client.post("/leads/bulk/take/", {"pk": keys}).content.decode()
    assert "Would change: 3." in asked and "Anna Berg works on it." in asked and "It is yours already." in asked
    client.post("/leads/bulk/take/", {"pk": keys, "confirmed": "", "nonce": "once"})
    assert set(Lead.objects.filter(owner=manager)) == {*free, mine}
    assert Lead.objects.get(pk=others.pk).owner == colleague
    undoing.undo(ChangeSet.objects.latest("pk"), by=manager)
    assert Lead.objects.filter(owner=None).count() == 3


def test_a_list_asks_once_for_the_rights_of_all_its_rows(sales: Any, manager: User) -> None:
    client, needed = signed_in(manager), []
    for count in (2, 20):
        for _n in range(count):
            crm.lead(department=sales)
        client.get("/leads/?all=1")
        with CaptureQueriesContext(connection) as queries:
            page = client.get("/leads/?all=1").content.decode()
        needed.append(len(queries))
    assert page.count('class="k-take"') == 22
    assert needed[0] == needed[1]


def test_the_button_is_of_a_form_of_its_own(sales: Any, manager: User) -> None:
    crm.lead(department=sales)
    page = signed_in(manager).get("/leads/?all=1&sort=title").content.decode()
    assert 'form="k-row" formaction="/leads/' in page
    assert '<form id="k-row" method="post">' in page
    assert page.index("</form>", page.index('id="k-list"')) < page.index('id="k-row"')
