"""Quick add: a few fields in a dialog, a hint at what is there already, a pasted signature."""

from __future__ import annotations

import json
from typing import Any

import pytest

from common.people.models import User
from common.records import registry
from crm.models import Company, Contact
from tests.crm.test_signatures import GERMAN
from tests.factories import common, crm, deals
from tests.records.driving import filled, signed_in

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true", "HX-Target": "k-quick-body"}


@pytest.fixture
def person() -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department())


def opened(client: Any, url: str) -> dict[str, Any]:
    return filled(client.get(url, headers=FRAGMENT).context["form"])


@pytest.mark.parametrize("key", [k.key for k in registry.all_types() if k.quick])
def test_it_asks_for_at_most_six_fields_and_without_scripts_for_all(person: User, key: str) -> None:
    kind, client = registry.get(key), signed_in(person)
    answer = client.get(kind.url("quick"), headers=FRAGMENT)
    assert 3 < len(answer.context["fields"]) <= 6
    assert "<html" not in answer.content.decode()
    assert client.get(f"{kind.url('quick')}?name=A").headers["Location"] == f"{kind.url('new')}?name=A"


def test_it_saves_once_and_leads_to_the_record(person: User) -> None:
    client = signed_in(person)
    sent = {**opened(client, "/companies/new/quick/"), "name": "Ankerwerk"}
    answer = client.post("/companies/new/quick/", sent, headers=FRAGMENT)
    assert answer.status_code == 204
    told = json.loads(answer.headers["HX-Trigger"])
    company = Company.objects.get(name="Ankerwerk")
    assert told["toast"]["url"] == f"/companies/{company.pk}/"
    assert told["toast"]["undo"]
    assert client.post("/companies/new/quick/", sent, headers=FRAGMENT).status_code == 204
    assert Company.objects.count() == 1


def test_what_is_wrong_stands_next_to_its_field_and_everything_typed_stays(person: User) -> None:
    client = signed_in(person)
    sent = {**opened(client, "/companies/new/quick/"), "name": "", "email": "nobody"}
    answer = client.post("/companies/new/quick/", sent, headers=FRAGMENT)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "email"}
    assert "nobody" in answer.content.decode()


def test_a_pasted_signature_fills_the_fields_and_saves_person_and_company(person: User) -> None:
    client = signed_in(person)
    sent = {**opened(client, "/contacts/new/quick/"), "pasted": GERMAN, "read": "1"}
    read = client.post("/contacts/new/quick/", sent, headers=FRAGMENT)
    assert read.status_code == 200
    form = filled(read.context["form"])
    assert (form["last_name"], form["job_title"]) == ("Vogt", "Leiterin Einkauf")
    assert not Contact.objects.exists()
    assert client.post("/contacts/new/quick/", form, headers=FRAGMENT).status_code == 204
    assert Contact.objects.get().company.name == "Lackwerk Moers GmbH & Co. KG"


def test_it_hints_at_what_may_be_the_same_but_not_at_what_one_may_not_see(person: User) -> None:
    crm.company("Ankerwerk GmbH", owner=person, email="info@ankerwerk.example")
    crm.company("Fremdwerk GmbH", owner=common.user("manager", common.department("Other")))
    client = signed_in(person)
    answer = client.post("/companies/alike/", {"name": "Ankerwerk"}, headers=FRAGMENT)
    assert "Ankerwerk GmbH" in answer.content.decode()
    assert "Ankerwerk" in client.post("/contacts/alike/", {"email": "info@ankerwerk.example"}).content.decode()
    assert "Fremdwerk" not in client.post("/companies/alike/", {"name": "Fremdwerk"}).content.decode()
    assert client.get("/companies/alike/").status_code == 405


def test_who_may_not_create_has_no_quick_add(person: User) -> None:
    client = signed_in(common.user("accountant", person.department))
    assert client.get("/companies/new/quick/", headers=FRAGMENT).status_code == 403
    assert client.post("/companies/alike/", {"name": "A"}).status_code == 403
