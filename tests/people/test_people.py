"""People in the settings: invited, sent away with everything handed over, signed out."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.changes import binning
from common.delivery.models import Delivery
from common.events.models import ChangeSet, Event
from common.jobs import services as jobs
from common.jobs.models import Job
from common.organisation.selectors import company_today
from common.people import services as people
from common.people.models import Session, SignInLink, User
from common.people.selectors import session_name
from common.people.sessions import stored
from common.setup.services import handing_over
from common.spine.models import Record
from tests.factories import common, crm, deals
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "Quayside-77-lamps"


@pytest.fixture
def admin() -> User:
    return common.user("administrator", common.department())


@pytest.fixture
def client(admin: User) -> Client:
    return signed_in(admin)


def new_person(client: Client, **more: Any) -> User:
    data = {"first_name": "Ida", "last_name": "Holm", "username": "ida", "email": "ida@example.org", "nonce": "new"}
    response = client.post("/settings/people/new/", {**data, **more})
    assert response.status_code == 303, response.content.decode()
    return User.objects.get(username="ida")


def test_an_invitation_lets_a_person_set_their_password_and_sign_in(client: Client) -> None:
    person = new_person(client, invite="on")
    assert not person.has_usable_password()
    mail = Delivery.objects.get(recipient="ida@example.org")
    assert mail.purpose == "invitation"
    path = re.search(r"http://127.0.0.1:8000(/accounts/password/reset/key/\S+)", mail.text()[0])[1]  # type: ignore[index]
    sets_password_and_signs_in(path)


@pytest.mark.usefixtures("outbox")
def test_a_person_without_a_password_gets_one_by_forgot_password(client: Client) -> None:
    new_person(client)
    stranger = Client()
    assert stranger.post("/accounts/password/reset/", {"email": "ida@example.org"}).status_code == 302
    jobs.run_due()
    mail = Delivery.objects.get(recipient="ida@example.org")
    assert mail.purpose == "account"
    path = re.search(r"http://127.0.0.1:8000(/accounts/password/reset/key/\S+)", mail.text()[0])[1]  # type: ignore[index]
    sets_password_and_signs_in(path)


def sets_password_and_signs_in(path: str) -> None:
    browser = Client()
    page = browser.get(path, follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    signed = Client().post("/accounts/login/", {"login": "ida", "password": PASSWORD})
    assert (signed.status_code, signed["Location"]) == (302, "/")


@pytest.mark.usefixtures("outbox")
def test_a_link_in_a_mail_begins_with_the_configured_address(client: Client, settings: Any) -> None:
    new_person(client)
    settings.ALLOWED_HOSTS = ["evil.example"]
    Client().post("/accounts/password/reset/", {"email": "ida@example.org"}, HTTP_HOST="evil.example")
    jobs.run_due()
    body, _html = Delivery.objects.get(recipient="ida@example.org").text()
    assert "http://127.0.0.1:8000/accounts/password/reset/key/" in body
    assert "http://evil.example/accounts/password/reset/key/" not in body


def test_an_invitation_needs_an_address(client: Client) -> None:
    response = client.post("/settings/people/new/", {"username": "x", "invite": "on", "nonce": "n"})
    assert response.status_code == 422 and not User.objects.filter(username="x").exists()


def owner_of_everything(department: Any) -> tuple[User, dict[str, Any]]:
    person = common.user("manager", department)
    deals.pipeline()
    company = crm.company(owner=person, department=department)
    deal = deals.deal(person, company=company)
    binned = crm.lead(owner=person, department=department)
    rows = {"company": company, "deal": deal, "line": deals.line(deal), "payment": deals.payment(deal),
            "contact": crm.contact(owner=person, department=department), "binned": binned}  # fmt: skip
    binning.remove(binned, by=common.SETUP)
    return person, rows


def test_deactivation_hands_everything_over_in_one_change_set(client: Client) -> None:
    department = common.department("Sales")
    person, rows = owner_of_everything(department)
    boss, helper = common.user("head", common.department("Above")), common.user("manager", department)
    page = client.get(f"/settings/people/{person.pk}/deactivate/").content.decode()
    assert "Companies" in page and "Leads" in page and "go with what they are part of" in page
    data = {"receiver": boss.pk, "of.crm.contact": helper.pk, "nonce": "bye"}
    response = client.post(f"/settings/people/{person.pk}/deactivate/", data)
    assert response.status_code == 303
    owners = dict(Record.objects.filter(pk__in=[r.pk for r in rows.values()]).values_list("pk", "owner"))
    assert {name: owners[row.pk] for name, row in rows.items()} == {
        "company": boss.pk, "deal": boss.pk, "line": boss.pk, "payment": boss.pk, "binned": boss.pk,
        "contact": helper.pk,
    }  # fmt: skip
    assert not Record.objects.filter(owner=person).exists()
    for row in rows.values():
        stored = type(row).everything.get(pk=row.pk)
        assert stored.owner_id == owners[row.pk] and stored.department_id == department.pk
    moves = Event.objects.filter(kind__endswith=".transferred", subject__in=[r.pk for r in rows.values()])
    assert moves.count() == len(rows) and len(set(moves.values_list("change_set", flat=True))) == 1


@pytest.mark.parametrize("receiver", ["nobody", "the person", "somebody deactivated", "somebody who sees none"])
def test_nothing_is_left_to_nobody_or_to_who_cannot_see_it(client: Client, receiver: str) -> None:
    person, _rows = owner_of_everything(common.department("Sales"))
    gone = common.user("manager", is_active=False)
    blind = common.user("accountant")
    chosen = {"nobody": "", "the person": person.pk, "somebody deactivated": gone.pk,
              "somebody who sees none": blind.pk}[receiver]  # fmt: skip
    owned = set(Record.objects.filter(owner=person).values_list("pk", flat=True))
    response = client.post(f"/settings/people/{person.pk}/deactivate/", {"receiver": chosen, "nonce": "bye"})
    assert response.status_code == 422
    assert User.objects.get(pk=person.pk).is_active
    assert set(Record.objects.filter(owner=person).values_list("pk", flat=True)) == owned


def test_many_records_are_handed_over_by_a_job_as_one_change_set(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(handing_over, "AT_ONCE", 3)
    monkeypatch.setattr(handing_over, "CHUNK", 2)
    person, rows = owner_of_everything(common.department("Sales"))
    helper = common.user("manager")
    client.post(f"/settings/people/{person.pk}/deactivate/", {"receiver": helper.pk, "nonce": "bye"})
    assert not User.objects.get(pk=person.pk).is_active and Record.objects.filter(owner=person).count() == len(rows)
    jobs.run_due()
    assert not Record.objects.filter(owner=person).exists()
    assert Job.objects.filter(handler=handing_over.JOB, done_at=None).count() == 0
    moves = Event.objects.filter(kind__endswith=".transferred")
    assert moves.count() == len(rows)
    act = ChangeSet.objects.get(pk__in=moves.values("change_set"))
    assert person.full_name in act.label


def test_a_handing_over_that_runs_twice_moves_each_record_once(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(handing_over, "AT_ONCE", 0)
    person, rows = owner_of_everything(common.department("Sales"))
    helper = common.user("manager")
    client.post(f"/settings/people/{person.pk}/deactivate/", {"receiver": helper.pk, "nonce": "bye"})
    arguments = Job.objects.get(handler=handing_over.JOB).arguments
    handing_over.go_on(*arguments)
    handing_over.go_on(*arguments)
    assert Event.objects.filter(kind__endswith=".transferred").count() == len(rows)


def test_a_deactivated_person_is_out_everywhere_at_once(client: Client) -> None:
    person = common.user("manager", common.department("Sales"))
    person.set_password(PASSWORD)
    person.save()
    theirs, token = signed_in(person), people.new_sign_in_link(person)
    reset = people.password_link(person).removeprefix("http://127.0.0.1:8000")
    ran: list[int] = []
    jobs.handler("tests.ran")(ran.append)
    job = jobs.enqueue("tests.ran", 1, by=person)
    assert theirs.get("/").status_code == 200
    client.post(f"/settings/people/{person.pk}/deactivate/", {"nonce": "bye"})
    assert theirs.get("/")["Location"].startswith("/accounts/login/")
    assert not Session.objects.filter(user=person).exists() and not SignInLink.objects.filter(user=person).exists()
    assert Client().post(f"/signin/{token}/").status_code == 422
    browser = Client()
    page = browser.get(reset, follow=True)
    form = {"password1": "Another-long-1", "password2": "Another-long-1"}
    browser.post(page.redirect_chain[-1][0] if page.redirect_chain else reset, form)
    for password in (PASSWORD, "Another-long-1"):
        answer = Client().post("/accounts/login/", {"login": person.username, "password": password}, follow=True)
        assert not answer.wsgi_request.user.is_authenticated
    jobs.run_due()
    job.refresh_from_db()
    assert ran == [] and job.failed_at is not None and job.cancelled == Job.Cancelled.REQUESTER


def test_a_job_of_who_may_sign_in_runs() -> None:
    ran: list[int] = []
    jobs.handler("tests.ran")(ran.append)
    jobs.enqueue("tests.ran", 1, by=common.user("manager"))
    jobs.run_due()
    assert ran == [1]


def test_a_deactivated_person_is_not_offered_as_owner(client: Client) -> None:
    common.department("Sales")
    person = common.user("manager", first_name="Vanished", last_name="Person")
    company = crm.company()
    pages = (f"/companies/{company.pk}/transfer/", "/choose/people.user/?q=Vanished")
    assert all("Vanished" in client.get(page).content.decode() for page in pages)
    client.post(f"/settings/people/{person.pk}/deactivate/", {"nonce": "bye"})
    client.get("/")  # takes the message that names them
    assert not any("Vanished" in client.get(page).content.decode() for page in pages)
    answer = client.post(f"/companies/{company.pk}/transfer/", {"owner": person.pk, "nonce": "n"})
    assert answer.status_code == 422


def test_the_last_who_may_do_everything_is_not_deactivated(client: Client, admin: User) -> None:
    helper = common.user("manager")
    data = {"receiver": helper.pk, "nonce": "bye"}
    response = client.post(f"/settings/people/{admin.pk}/deactivate/", data)
    assert response.status_code == 422 and "Somebody must remain" in response.content.decode()
    assert User.objects.get(pk=admin.pk).is_active and Session.objects.filter(user=admin).exists()


def test_a_reactivated_person_signs_in_again(client: Client) -> None:
    person = common.user("manager")
    client.post(f"/settings/people/{person.pk}/deactivate/", {"nonce": "bye"})
    client.post(f"/settings/people/{person.pk}/reactivate/", {"nonce": "back"})
    assert signed_in(person).get("/").status_code == 200


def test_one_session_or_all_are_ended(client: Client) -> None:
    person = common.user("manager")
    first, second, third = (signed_in(person) for _number in range(3))
    key = first.cookies["sessionid"].value
    page = client.get(f"/settings/people/{person.pk}/").content.decode()
    name = session_name(Session.objects.get(pk=stored(key)))
    assert key not in page and name in page
    url = f"/settings/people/{person.pk}/sessions/"
    client.post(url, {"session": name, "nonce": "one"})
    assert [c.get("/").status_code for c in (first, second, third)] == [302, 200, 200]
    client.post(url, {"nonce": "all"})
    assert [c.get("/").status_code for c in (first, second, third)] == [302, 302, 302]


def test_a_changed_password_ends_the_other_sessions() -> None:
    person = common.user("manager")
    person.set_password(PASSWORD)
    person.save()
    here, there = Client(), Client()
    for browser in (here, there):
        browser.post("/accounts/login/", {"login": person.username, "password": PASSWORD})
        assert browser.get("/").status_code == 200
    new = "Lanterns-on-88-quays"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    here.post("/accounts/password/change/", form)
    assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)


def test_who_is_away_and_who_stands_in_is_said_where_owners_are_chosen(client: Client) -> None:
    today = company_today()
    deputy = common.user("manager", first_name="Dora", last_name="Deputy")
    person = common.user("manager", first_name="Abel", last_name="Away")
    person.deputy, person.absent_from, person.absent_until = deputy, today, today + timedelta(days=3)
    person.save()
    said = client.get(f"/companies/{crm.company().pk}/transfer/").content.decode()
    assert "Abel Away, absent until" in said and "→ Dora Deputy" in said
    assert "Dora Deputy" in client.get(f"/settings/people/{person.pk}/").content.decode()


def test_the_history_of_a_person_says_what_changed(client: Client) -> None:
    person = new_person(client)
    manager = common.user("manager").roles.get()
    data = {"first_name": "Ida", "last_name": "Berg", "username": "ida", "email": person.email}
    client.post(f"/settings/people/{person.pk}/change/", {**data, "roles": [manager.pk], "nonce": "c"})
    text = client.get(f"/settings/people/{person.pk}/history/").content.decode()
    assert "<del>Holm</del>" in text and "<ins>Berg</ins>" in text and "<ins>Sales manager</ins>" in text
