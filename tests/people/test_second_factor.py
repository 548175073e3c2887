"""Signing in with a code besides the password; limits of attempts."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from common.organisation.models import OwnCompany
from common.people import services as people
from common.people.models import User
from tests.factories import common
from tests.people.driving import PASSWORD, SET_UP, code_of, set_up, sign_in
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    user = common.user("manager", common.department())
    user.set_password(PASSWORD)
    user.save()
    return user


def test_a_code_is_asked_after_the_password_and_a_wrong_one_is_refused(person: User) -> None:
    client, _answer = sign_in(person)
    secret = set_up(client)
    browser, answer = sign_in(person)
    assert answer["Location"] == "/accounts/second-factor/authenticate/" and browser.get("/").status_code == 302
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06d}"
    page = browser.post(answer["Location"], {"code": wrong}).content.decode()
    assert "Incorrect code" in page and browser.get("/").status_code == 302
    browser.post(answer["Location"], {"code": code_of(secret, steps=1)})
    assert browser.get("/").status_code == 200


def test_each_recovery_code_opens_the_door_once(person: User) -> None:
    client, _answer = sign_in(person)
    set_up(client)
    codes = client.get("/accounts/second-factor/recovery-codes/download/").content.decode().split()
    assert len(codes) == 10
    for expected in (200, 302):
        browser, answer = sign_in(person)
        browser.post(answer["Location"], {"code": codes[0]})
        assert browser.get("/").status_code == expected


def test_switched_off_the_password_is_enough_again(person: User) -> None:
    client, _answer = sign_in(person)
    set_up(client)
    assert client.post("/accounts/second-factor/totp/deactivate/").status_code == 302
    browser, answer = sign_in(person)
    assert answer["Location"] == "/" and browser.get("/").status_code == 200


def test_the_secret_is_stored_encrypted(person: User) -> None:
    client, _answer = sign_in(person)
    secret = set_up(client)
    rows = Authenticator.objects.filter(user=person)
    assert rows.count() == 2 and all(secret not in str(row.data) for row in rows)


@pytest.mark.parametrize("by", ["role", "company"])
def test_of_whom_it_is_demanded_they_set_it_up_first(person: User, by: str) -> None:
    other = signed_in(common.user("operator"))
    client, _answer = sign_in(person)
    assert client.get("/deals/").status_code == 200
    if by == "role":
        role = person.roles.get()
        role.demands_second_factor = True
        role.save()
    else:
        OwnCompany.objects.create(name="Nordhafen", demands_second_factor=True)
    for path in ("/deals/", "/", "/me/", "/accounts/password/change/"):
        assert client.get(path)["Location"] == SET_UP, path
    fragment = client.get("/deals/", HTTP_HX_REQUEST="true")
    assert (fragment.status_code, fragment["HX-Refresh"]) == (401, "true")
    assert client.get("/accounts/logout/").status_code == 200
    set_up(client)
    assert client.get("/deals/").status_code == 200
    assert (other.get("/deals/").status_code == 302) is (by == "company")


def test_it_is_demanded_of_people_with_the_role_only(person: User) -> None:
    role = common.user("operator").roles.get()
    role.demands_second_factor = True
    role.save()
    client, _answer = sign_in(person)
    assert client.get("/deals/").status_code == 200


def test_who_came_by_a_link_and_has_no_password_can_set_it_up(person: User) -> None:
    person.set_unusable_password()
    person.save()
    client = Client()
    client.post(f"/signin/{people.new_sign_in_link(person)}/")
    set_up(client)
    assert Authenticator.objects.filter(user=person, type="totp").exists()


def test_the_page_of_a_person_says_whether_they_have_one(person: User) -> None:
    admin = signed_in(common.user("administrator"))
    client, _answer = sign_in(person)

    def said() -> str:
        page = admin.get(f"/settings/people/{person.pk}/").content.decode()
        return re.search(r"<dt>Second factor</dt><dd><span data-value>(\w+)<", page)[1]  # type: ignore[index]

    assert said() == "no"
    set_up(client)
    assert said() == "yes"


def test_attempts_are_limited_per_account_wherever_they_come_from(person: User) -> None:
    for number in range(6):
        Client(REMOTE_ADDR=f"10.0.0.{number}").post("/accounts/login/", {"login": person.username, "password": "no"})
    answer = Client(REMOTE_ADDR="10.0.1.1").post("/accounts/login/", {"login": person.username, "password": PASSWORD})
    assert answer.status_code == 200 and "Too many failed" in answer.content.decode()
    other = common.user("manager")
    other.set_password(PASSWORD)
    other.save()
    _client, fine = sign_in(other)
    assert fine.status_code == 302


def test_attempts_are_limited_per_address_whatever_it_claims_to_be(person: User) -> None:
    statuses = []
    for number in range(40):
        claims = {"HTTP_X_FORWARDED_FOR": f"10.9.9.{number}"}
        answer = Client().post("/accounts/login/", {"login": f"nobody{number}", "password": "no"}, **claims)
        statuses.append((answer.status_code, "Too many failed" in answer.content.decode()))
    assert statuses[0] == (200, False) and any(limited or status == 429 for status, limited in statuses)


def test_the_code_is_not_guessed_either(person: User) -> None:
    client, _answer = sign_in(person)
    secret = set_up(client)
    browser, answer = sign_in(person)
    for _number in range(8):
        browser.post(answer["Location"], {"code": "000000"})
    browser.post(answer["Location"], {"code": code_of(secret, steps=1)})
    assert browser.get("/").status_code == 302


def test_the_password_is_not_guessed_where_it_is_asked_once_more(person: User) -> None:
    client, _answer = sign_in(person)
    client.get(SET_UP)
    asked = "/accounts/reauthenticate/"
    answers = [client.post(asked, {"password": f"guess {number}"}).status_code for number in range(12)]
    assert answers[0] == 200 and answers[-1] == 429
    refused = client.post(asked, {"password": PASSWORD})
    assert refused.status_code == 429 and "Too many attempts" in refused.content.decode()
    assert client.get(SET_UP).status_code == 302


def test_the_code_is_not_guessed_where_it_is_asked_once_more(person: User) -> None:
    client, _answer = sign_in(person)
    secret = set_up(client)
    browser, answer = sign_in(person)
    browser.post(answer["Location"], {"code": code_of(secret, steps=1)})
    asked = "/accounts/second-factor/reauthenticate/"
    answers = [browser.post(asked, {"code": "000000"}).status_code for _number in range(12)]
    assert answers[0] == 200 and answers[-1] == 429
