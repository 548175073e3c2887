"""Roles are made, copied, limited and archived in the settings, live and with a history."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common.events.models import Event
from common.people.models import User
from common.policy.models import Permission, Role, RoleMember
from common.policy.principal import principal_of
from tests.factories import common, crm
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
GRID = "crm.company.view"


@pytest.fixture
def admin() -> User:
    return common.user("administrator", common.department())


@pytest.fixture
def client(admin: User) -> Client:
    return signed_in(admin)


def made(client: Client, name: str = "Viewer") -> Role:
    response = client.post("/settings/roles/new/", {"name": name, "name_ru": "", "nonce": f"n-{name}"})
    assert response.status_code == 303
    return Role.objects.get(name=name)


def save(client: Client, role: Role, **ticks: Any) -> Any:
    data = {"name": role.name, "nonce": f"n{Event.objects.count()}"}
    for name, scope in ticks.items():
        data |= {name: "on", f"{name}.scope": scope} if scope else {name: "on"}
    return client.post(f"/settings/roles/{role.pk}/", data)


def test_a_viewer_sees_and_cannot_edit(client: Client) -> None:
    role = made(client)
    assert save(client, role, **{GRID: "all"}).status_code == 303
    person = common.user(None, common.department("Other"))
    RoleMember.objects.create(role=role, user=person)
    company, theirs = crm.company(), signed_in(person)
    page = theirs.get(f"/companies/{company.pk}/")
    assert page.status_code == 200 and f"/companies/{company.pk}/edit/" not in page.content.decode()
    assert theirs.get(f"/companies/{company.pk}/edit/").status_code == 403
    assert theirs.get("/companies/new/").status_code == 403
    assert theirs.get("/deals/").status_code == 403


def test_a_changed_right_counts_at_once_in_a_session_that_is_open(client: Client) -> None:
    role = made(client)
    person = common.user(None, common.department("Other"))
    RoleMember.objects.create(role=role, user=person)
    theirs = signed_in(person)
    assert theirs.get("/companies/").status_code == 403
    save(client, role, **{GRID: "all"})
    assert theirs.get("/companies/").status_code == 200
    save(client, role)
    assert theirs.get("/companies/").status_code == 403


def test_the_grid_stores_exactly_what_is_ticked_and_keeps_limits_of_fields(client: Client) -> None:
    role = made(client)
    Permission.objects.create(role=role, type="crm.company", action="view", scope="own", except_fields=["address"])
    Permission.objects.create(role=role, type="crm.company", action="delete", scope="own")
    save(client, role, **{GRID: "subtree", "deals.deal.close": "team", "deals.payment.view": "parent",
                          "analytics.report.view": ""})  # fmt: skip
    rows = {(p.type, p.action): (p.scope, p.except_fields) for p in role.permissions.all()}
    assert rows == {
        ("crm.company", "view"): ("subtree", ["address"]), ("deals.deal", "close"): ("team", []),
        ("deals.payment", "view"): ("parent", []), ("analytics.report", "view"): ("all", []),
    }  # fmt: skip


def test_a_scope_that_is_not_offered_is_refused_beside_the_grid(client: Client) -> None:
    role = made(client)
    response = save(client, role, **{GRID: "parent"})
    assert response.status_code == 422 and not role.permissions.exists()


def test_limits_of_fields_reach_the_pages(client: Client) -> None:
    role = made(client)
    save(client, role, **{GRID: "all", "crm.company.change": "all"})
    url = f"/settings/roles/{role.pk}/fields/crm.company/"
    assert client.get(url).status_code == 200
    data = {"view.mode": "except", "view.fields": ["address"], "change.mode": "only", "change.fields": ["name"]}
    assert client.post(url, {**data, "nonce": "limits"}).status_code == 303
    person = common.user(None, common.department("Other"))
    RoleMember.objects.create(role=role, user=person)
    company, theirs = crm.company(address="Hafenstrasse 1"), signed_in(person)
    assert "Hafenstrasse" not in theirs.get(f"/companies/{company.pk}/").content.decode()
    form = theirs.get(f"/companies/{company.pk}/edit/").content.decode()
    assert 'name="name"' in form and 'name="website"' not in form


def test_limits_need_at_least_one_field(client: Client) -> None:
    role = made(client)
    save(client, role, **{GRID: "all"})
    data = {"view.mode": "only", "nonce": "none"}
    response = client.post(f"/settings/roles/{role.pk}/fields/crm.company/", data)
    assert response.status_code == 422 and "Choose at least one field." in response.content.decode()


def test_a_copy_has_the_same_rights_and_then_a_life_of_its_own(client: Client) -> None:
    manager = common.user("manager").roles.get()
    response = client.post(f"/settings/roles/{manager.pk}/copy/", {"name": "Junior", "nonce": "copy"})
    assert response.status_code == 303
    copy = Role.objects.get(name="Junior")
    fields = ("type", "action", "scope", "only_fields", "except_fields")
    assert sorted(copy.permissions.values_list(*fields)) == sorted(manager.permissions.values_list(*fields))
    save(client, copy)
    assert manager.permissions.exists() and not copy.permissions.exists()


def test_the_history_says_who_changed_which_right_from_what_to_what(client: Client, admin: User) -> None:
    role = made(client)
    save(client, role, **{GRID: "own"})
    save(client, role, **{GRID: "all"})
    client.post(
        f"/settings/roles/{role.pk}/fields/crm.company/", {"view.mode": "only", "view.fields": ["name"], "nonce": "f"}
    )
    text = client.get(f"/settings/roles/{role.pk}/history/").content.decode()
    assert admin.full_name in text and "Companies · See" in text
    assert "<del>own and co-owned</del>" in text and "<ins>everything</ins>" in text
    assert "Companies · See, fields" in text and "<ins>only: Name</ins>" in text


def test_an_archived_role_gives_nothing_until_it_is_used_again(client: Client) -> None:
    role = made(client)
    save(client, role, **{GRID: "all"})
    person = common.user(None)
    RoleMember.objects.create(role=role, user=person)
    for nonce, allowed in (("first", False), ("again", True)):
        client.post(f"/settings/roles/{role.pk}/archive/", {"nonce": nonce})
        person = User.objects.get(pk=person.pk)
        assert principal_of(person).may("crm.company", "view") is allowed


@pytest.mark.parametrize("way", ["take the tick", "archive", "take the role"])
def test_somebody_always_remains_who_may_do_everything(client: Client, admin: User, way: str) -> None:
    role = admin.roles.get()

    def act(nonce: str) -> Any:
        if way == "archive":
            return client.post(f"/settings/roles/{role.pk}/archive/", {"nonce": nonce})
        if way == "take the tick":
            return client.post(f"/settings/roles/{role.pk}/", {"name": role.name, "nonce": nonce})
        data = {"username": admin.username, "email": admin.email, "nonce": nonce}
        return client.post(f"/settings/people/{admin.pk}/change/", data)

    def may_everything() -> bool:
        return principal_of(User.objects.get(pk=admin.pk)).is_administrator

    act("refused")
    assert may_everything()
    other = Role.objects.create(slug="other", name="Other", is_administrator=True)
    RoleMember.objects.create(role=other, user=common.user(None))
    act("allowed")
    assert not may_everything()


def test_who_may_only_change_settings_reaches_neither_roles_nor_people(admin: User) -> None:
    role = Role.objects.create(slug="settings", name="Settings")
    Permission.objects.create(role=role, type="setup", action="change", scope="all")
    person = common.user(None)
    RoleMember.objects.create(role=role, user=person)
    theirs, target = signed_in(person), admin.roles.get()
    assert theirs.get("/settings/tags/").status_code == 200
    assert "/settings/roles/" not in theirs.get("/settings/tags/").content.decode()
    for path in ("roles/", "people/", "memberships/", f"roles/{target.pk}/", f"people/{person.pk}/", "roles/new/",
                 "memberships/new/", f"roles/{target.pk}/history/"):  # fmt: skip
        assert theirs.get(f"/settings/{path}").status_code == 403, path
    assert theirs.post("/settings/roles/order/", {"order": [target.pk]}).status_code == 403


def test_a_form_sent_twice_makes_one_role(client: Client) -> None:
    for _time in range(2):
        client.post("/settings/roles/new/", {"name": "Once", "nonce": "same"})
    assert Role.objects.filter(name="Once").count() == 1
