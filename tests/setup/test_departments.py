"""Departments are a tree in the settings and are copied with what belongs to them."""

from __future__ import annotations

import pytest
from django.test import Client

from common.kinds import dictionary
from common.organisation.models import Department, Holiday
from common.people.models import Membership
from crm.models import Source
from deals.models import Pipeline
from tests.factories import common, crm, deals
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return signed_in(common.user("administrator"))


def set_up() -> Department:
    above = common.department("Above")
    source = common.department(
        "North", parent=above, keeps_to_owners=True, country=common.country(), currency=common.currency(), days_off="57"
    )
    Holiday.objects.create(day="2026-12-24", name="Eve", department=source)
    Source.objects.create(name="Fair", department=source)
    Source.objects.create(name="Old fair", department=source, archived_at="2026-01-01T00:00Z")
    pipeline = deals.pipeline()
    pipeline.department = source
    pipeline.is_default = True
    pipeline.save()
    return source


def test_a_copy_has_the_settings_and_what_belongs_to_the_department(client: Client) -> None:
    source = set_up()
    page = client.get(f"/settings/departments/{source.pk}/copy/").content.decode()
    assert "Holidays (1)" in page and "Sources (1)" in page and "Pipelines with their stages (1)" in page
    ticked = {"organisation.holiday": "on", "crm.source": "on", "deals.pipeline": "on"}
    response = client.post(f"/settings/departments/{source.pk}/copy/", {"name": "South", "nonce": "c", **ticked})
    assert response.status_code == 303
    copy = Department.objects.get(name="South")
    same = ("parent_id", "keeps_to_owners", "country_id", "currency_id", "days_off")
    assert [getattr(copy, name) for name in same] == [getattr(source, name) for name in same]
    assert [h.name for h in copy.holidays.all()] == ["Eve"] and [s.name for s in copy.sources.all()] == ["Fair"]
    old, new = Pipeline.objects.get(department=source), Pipeline.objects.get(department=copy)
    said = ("name", "outcome", "probability", "position", "expected_days")
    assert list(new.stages.values_list(*said)) == list(old.stages.values_list(*said)) and new.stages.exists()
    assert new.is_default and old.is_default and source.sources.count() == 2


def test_what_is_not_ticked_is_not_copied(client: Client) -> None:
    source = set_up()
    client.post(f"/settings/departments/{source.pk}/copy/", {"name": "South", "nonce": "c", "crm.source": "on"})
    copy = Department.objects.get(name="South")
    assert copy.sources.exists() and not copy.holidays.exists() and not copy.pipelines.exists()


def test_people_heads_and_records_stay_where_they_are(client: Client) -> None:
    source = set_up()
    person = common.user("manager", source)
    Membership.objects.create(user=person, department=source, is_head=True)
    crm.company(owner=person, department=source)
    client.post(f"/settings/departments/{source.pk}/copy/", {"name": "South", "nonce": "c"})
    copy = Department.objects.get(name="South")
    assert not copy.people.exists() and not copy.memberships.exists()


def test_the_tree_shows_each_department_below_its_parent_with_its_heads(client: Client) -> None:
    top = common.department("Top")
    below = common.department("Below", parent=top)
    boss = common.user("head", below, first_name="Berta", last_name="Boss")
    Membership.objects.create(user=boss, department=below, is_head=True)
    dictionary.renew()
    page = client.get("/settings/departments/").content.decode()
    start = page.index(">Top<")
    assert "<ul>" in page[start : page.index(">Below<")] and "Head: Berta Boss" in page[page.index(">Below<") :]


def test_a_copy_without_a_name_is_asked_for_one(client: Client) -> None:
    source = set_up()
    response = client.post(f"/settings/departments/{source.pk}/copy/", {"name": "", "nonce": "c"})
    assert response.status_code == 422 and Department.objects.count() == 2
