"""Administrators define own fields and questionnaires and rename things, without code."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from common.customfields.models import SLOTS, CustomField, CustomOption, FieldLabel, FieldType
from common.customfields.services import keep_index
from common.events.models import Event
from common.people.models import User
from crm.models import Company
from tests.factories import common, crm, customfields
from tests.records.driving import export, filled, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    common.own_company()
    common.currency()
    return common.user("administrator", common.department())


def made(boss: User, **values: Any) -> Any:
    """The answer to the form of a new field of companies."""
    client = signed_in(boss)
    url = "/settings/fields/new/?type=crm.company"
    sent = filled(client.get(url).context["sections"][0]["rows"][0]["fields"][0].form)
    return client.post(url, {**sent, "nonce": f"nonce-{common.number():020}", **values})


def test_an_administrator_makes_a_list_and_everybody_chooses_from_it(boss: User) -> None:
    answer = made(
        boss, name="Size", name_ru="Размер", kind="choice", options="Small | Маленький\nLarge", is_required="on"
    )
    assert answer.status_code == 303
    field = CustomField.objects.get()
    assert (field.key, field.slot, field.label) == ("size", "option_01", "Size")
    page = signed_in(boss).get("/companies/new/").content.decode()
    assert "Size" in page
    assert "Large" in page
    russian = signed_in(common.user("administrator", language="ru")).get("/companies/new/").content.decode()
    assert "Размер" in russian
    assert "Маленький" in russian
    assert Event.objects.filter(ref=f"customfields.customfield:{field.pk}").exists()
    assert "Size" in signed_in(boss).get("/settings/fields/?of=crm.company").content.decode()


def test_an_option_taken_off_the_list_stays_where_it_was_chosen(boss: User) -> None:
    field = customfields.field("crm.company", FieldType.CHOICE, by=boss)
    small = CustomOption.objects.get(name="Small")
    company, client = crm.company(owner=boss), signed_in(boss)
    form = client.get(f"/companies/{company.pk}/edit/").context["form"]
    client.post(f"/companies/{company.pk}/edit/", {**filled(form), f"x_{field.key}": small.pk})
    url = f"/settings/fields/{field.pk}/"
    sent = filled(client.get(url).context["sections"][0]["rows"][0]["fields"][0].form)
    assert client.post(url, {**sent, "options": "Medium\nLarge", "nonce": "n" * 30}).status_code == 303
    assert "Small" not in client.get("/companies/new/").content.decode()
    form = client.get(f"/companies/{company.pk}/edit/").context["form"]
    assert small in form.fields[f"x_{field.key}"].queryset
    assert client.post(f"/companies/{company.pk}/edit/", filled(form)).status_code == 303


@pytest.mark.parametrize(
    ("values", "wrong"),
    [({"name": "", "kind": "text"}, "name"), ({"name": "A", "kind": "choice", "options": " \n"}, "options"),
     ({"name": "A", "kind": "choice", "options": "B\nB"}, "options"), ({"name": "A", "kind": "spell"}, "kind"),
     ({"name": "A", "kind": "text", "key": "Not A Key"}, "key")],
)  # fmt: skip
def test_a_bad_definition_is_told_next_to_its_field(boss: User, values: dict[str, str], wrong: str) -> None:
    answer = made(boss, **values)
    assert answer.status_code == 422
    assert wrong in answer.context["sections"][0]["rows"][0]["fields"][0].form.errors
    assert not CustomField.objects.exists()


def test_a_full_table_says_so(boss: User) -> None:
    for _n in range(SLOTS["moment"]):
        customfields.field("crm.company", FieldType.MOMENT, by=boss)
    answer = made(boss, name="One more", kind="moment")
    assert answer.status_code == 422
    assert CustomField.objects.count() == SLOTS["moment"]


def test_a_question_stands_in_a_section_of_its_questionnaire(boss: User) -> None:
    asked = customfields.questionnaire("crm.company", "Tender department")
    assert made(boss, name="Has one", kind="yes_no", questionnaire=asked.pk).status_code == 303
    sections = signed_in(boss).get("/companies/new/").context["sections"]
    assert [s["label"] for s in sections][-1] == "Tender department"


def test_an_often_filtered_field_gets_an_index_and_loses_it(boss: User) -> None:
    field = customfields.field("crm.company", FieldType.NUMBER, by=boss, is_often_filtered=True)

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "crm_companyvalues"))

    before = indexes()
    keep_index(field)
    keep_index(field)
    assert len(indexes() - before) == 1
    field.is_often_filtered = False
    keep_index(field)
    assert indexes() == before


def test_a_renamed_field_is_called_so_everywhere(boss: User) -> None:
    client = signed_in(boss)
    url = "/settings/names/?of=crm.company"
    page = client.get(url)
    cells = {cell.name: cell.value() or "" for row in page.context["rows"] for cell in row["cells"]}
    answer = client.post(url, {**cells, "source.en": "Channel", "source.ru": "Канал", "@many.en": "Clients",
                               "nonce": "n" * 30})  # fmt: skip
    assert answer.status_code == 303
    company = crm.company(owner=boss, source=crm.source())
    for address in ("/companies/new/", f"/companies/{company.pk}/", "/companies/filter/?field=source",
                    f"/companies/{company.pk}/history/"):  # fmt: skip
        assert "Channel" in client.get(address).content.decode(), address
    assert "Clients" in client.get("/companies/").content.decode()
    head = b"".join(export(client, "/companies/export/?all=1").streaming_content).decode().splitlines()[0]
    assert "channel" in head.casefold()
    assert "Канал" in signed_in(common.user("administrator", language="ru")).get("/companies/new/").content.decode()

    assert client.post(url, {**cells, "nonce": "m" * 30}).status_code == 303
    assert not FieldLabel.objects.exists()
    assert "Channel" not in client.get("/companies/new/").content.decode()
    assert "Source" in client.get("/companies/new/").content.decode()


def test_renaming_asks_for_no_migration(boss: User) -> None:
    FieldLabel.objects.create(type="crm.company", name="source", names={"en": "Channel"})
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_managers_do_not_define_fields(boss: User) -> None:
    client = signed_in(common.user("manager", boss.department))
    for url in ("/settings/fields/", "/settings/fields/new/?type=crm.company", "/settings/names/"):
        assert client.get(url).status_code == 403, url
    assert not Company.objects.exists()
