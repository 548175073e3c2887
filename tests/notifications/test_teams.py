"""Teams are named in notes like people: who belongs to them, by what, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.events.models import Event
from common.jobs import services as jobs
from common.kinds import dictionary
from common.notifications import telling
from common.notifications.models import Notification
from common.organisation.models import Department
from common.people.models import Membership, User
from common.records import services as records
from tests.access.http.scene import client_of, text_of
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db


@pytest.fixture
def name(anna: User) -> Any:
    """Names the department of everybody here."""

    def give(name: str, **names: str) -> None:
        Department.objects.filter(pk=anna.department_id).update(name=name, names=names)
        dictionary.renew()

    return give


def told(user: User) -> int:
    """How much a person was told."""
    jobs.run_due()
    return Notification.objects.filter(user=user).count()


def proposed(by: User, typed: str) -> list[str]:
    """What is proposed for what was typed."""
    at = f"/deals/{deals.deal(by).pk}/"
    page = text_of(client_of(by).get("/notifications/people/", {"at": at, "q": typed}))
    return [part.split('"')[0] for part in page.split('data-value="')[1:]]


def test_a_team_is_named_with_those_below_it_and_everybody_once(anna: User, boris: User) -> None:
    whole = Department.objects.get()
    whole.name, whole.names = "Field Sales", {"ru": "Полевые продажи"}
    whole.save()
    part = common.department("Sales North", parent=whole)
    carl, other = common.user("manager", part), common.user("manager", common.department("Service"))
    company = crm.company(owner=anna)
    head = common.user("head", whole)
    for text in ("@field-sales look", "@Полевые-продажи и @sales-north, @boris.olsen"):
        before = {user.pk: told(user) for user in (anna, boris, carl, head, other)}
        records.add_note(company, text=text, by=anna)
        now = {user.pk: told(user) for user in (anna, boris, carl, head, other)}
        heard = {pk for pk, count in now.items() if count == before[pk] + 1}
        assert heard == {boris.pk, head.pk}, "the others do not see it, or wrote it"
    assert all(now[pk] <= before[pk] + 1 for pk in now)


def test_a_person_wins_over_a_team_of_the_same_name(anna: User, boris: User) -> None:
    Department.objects.update(name="Sales")
    sales = common.user("manager", Department.objects.get(), username="sales")
    dictionary.renew()
    assert list(telling.mentioned("@Sales")) == [sales]


def test_people_and_teams_are_proposed(anna: User) -> None:
    Department.objects.update(name="Field Sales")
    dictionary.renew()
    deal = deals.deal(anna)
    page = text_of(client_of(anna).get("/notifications/people/", {"at": f"/deals/{deal.pk}/", "q": "sal"}))
    assert 'data-value="field-sales"' in page


def test_who_works_in_a_department_besides_their_own_belongs_to_the_team(anna: User, name: Any) -> None:
    name("Sales")
    guest, part = common.user("manager", common.department("Other")), common.department("Part", parent=anna.department)
    Membership.objects.create(user=guest, department=part)
    assert set(telling.mentioned("@sales")) == {anna, guest}
    User.objects.filter(pk=guest.pk).update(is_active=False)
    assert telling.mentioned("@sales") == [anna]


@pytest.mark.parametrize("typed", ["@отдел-учёта", "@Отдел-учета", "@ОТДЕЛ-УЧЁТА"])
def test_a_team_is_found_however_its_name_is_typed(typed: str, anna: User, name: Any) -> None:
    name("Отдел учёта")
    assert telling.mentioned(typed) == [anna]


def test_who_is_named_comes_before_a_large_team(anna: User, boris: User, name: Any, monkeypatch: Any) -> None:
    name("Sales")
    monkeypatch.setattr("common.notifications.telling.MOST_TOLD", 2)
    last = common.user("manager", common.department("Other"), username="last")
    assert telling.mentioned("@sales and @last") == [last, anna]


def test_telling_a_team_costs_as_many_queries_however_large_it_is(anna: User, name: Any) -> None:
    name("Sales")
    company, counts = crm.company(owner=anna), []
    for more in (2, 20):
        for _n in range(more):
            common.user("head", anna.department)
        records.add_note(company, text="@sales look", by=anna)
        event = Event.objects.filter(kind="company.noted").latest("pk")
        with CaptureQueriesContext(connection) as made:
            telling.tell_mentioned(event)
        counts.append(len(made))
        assert Notification.objects.filter(event=event).count() >= more
    assert counts[0] == counts[1], counts


def test_teams_are_proposed_beside_however_many_people(anna: User, name: Any) -> None:
    name("Field Sales")
    assert proposed(anna, "sal") == ["field-sales"]
    for number in range(8):
        common.user("manager", anna.department, username=f"sal{number}")
    assert len(proposed(anna, "sal")) == 6 and "field-sales" in proposed(anna, "sal")


def test_a_team_is_proposed_by_a_name_that_reaches_it(anna: User, name: Any) -> None:
    name("Sales", de="Vertrieb")
    common.user("manager", common.department("Other"), username="Sales")
    dictionary.renew()
    assert proposed(anna, "sal") == ["Sales", "vertrieb"]
    assert telling.mentioned("@vertrieb") == [anna]
    name("Sales")
    assert proposed(anna, "sal") == ["Sales"]
