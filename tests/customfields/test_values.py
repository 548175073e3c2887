"""Own fields of every kind, in columns and as questions: through form, page, list, filter, file, history and undo."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from common.changes import bulk, purging, undoing
from common.changes import services as changes
from common.changes.values import current
from common.customfields.models import Answer, CustomField, CustomOption, FieldType, RecordChoice
from common.events.models import Event
from common.people.models import User
from crm.models import Company, CompanyValues
from tests.factories import common, crm, customfields
from tests.records.driving import export, exported, filled, queries, shown, signed_in

pytestmark = pytest.mark.django_db
K = FieldType
MOMENT = datetime.datetime(2026, 11, 3, 14, 30, tzinfo=datetime.UTC)
# What is typed, what is kept, a filter that finds it, what the page says.
TYPED: dict[str, tuple[Any, Any, str, str]] = {
    K.TEXT: ("Blue", "Blue", "has:lu", "Blue"),
    K.LONG_TEXT: ("One\nTwo", "One\nTwo", "has:Two", "One"),
    K.NUMBER: ("1 234,5", Decimal("1234.5"), "gte:1234", "1,234.5"),
    K.MONEY: ("84 200,10 €", Decimal("84200.10"), "lte:84200.10", "84,200.10"),
    K.DATE: ("18.12.2026", datetime.date(2026, 12, 18), "is:2026-12-18", "18 Dec"),
    K.MOMENT: ("03.11.2026 15:30", MOMENT, "is:2026-11-03", "3 Nov"),
    K.YES_NO: ("on", True, "is:1", "yes"),
    K.CHOICE: ("Medium", "Medium", "in:Medium", "Medium"),
    K.CHOICES: (["Small", "Large"], ["Small", "Large"], "in:Large", "Small, Large"),
    K.LINK: ("example.org/a", "https://example.org/a", "has:example", "example.org"),
    K.EMAIL: ("ann@example.org", "ann@example.org", "has:ann", "ann@example.org"),
    K.PHONE: ("+49 30 1234", "+49 30 1234", "has:1234", "+49 30 1234"),
    K.ADDRESS: ("Hafen 1, Kiel", "Hafen 1, Kiel", "has:Kiel", "Hafen 1, Kiel"),
}


@pytest.fixture
def person() -> User:
    common.own_company()
    common.currency()
    return common.user("manager", common.department())


@pytest.fixture(params=["column", "question"])
def asked(request: pytest.FixtureRequest) -> Any:
    """The form a question belongs to, or None for a field."""
    return customfields.questionnaire("crm.company") if request.param == "question" else None


def key_of(field: CustomField, words: Any) -> Any:
    """Option names as the keys that a form sends."""
    if field.kind == K.CHOICE:
        return CustomOption.objects.get(field=field, name=words).pk
    if field.kind == K.CHOICES:
        return [CustomOption.objects.get(field=field, name=name).pk for name in words]
    return words


def saved(person: User, company: Company, name: str, value: Any) -> Company:
    client, url = signed_in(person), f"/companies/{company.pk}/edit/"
    sent = {**filled(client.get(url).context["form"]), name: value}
    answer = client.post(url, sent)
    assert answer.status_code == 303, answer.context["form"].errors
    return Company.objects.get(pk=company.pk)


@pytest.mark.parametrize("kind", K.values)
def test_a_value_goes_through_form_page_list_filter_file_history_and_undo(person: User, asked: Any, kind: str) -> None:
    typed, kept, condition, words = TYPED[kind]
    field = customfields.field("crm.company", kind, by=person, questionnaire=asked)
    name, company, other = f"x_{field.key}", crm.company(owner=person), crm.company(owner=person)
    company = saved(person, company, name, key_of(field, typed))
    client = signed_in(person)

    value = getattr(company, name)
    assert value == kept or list(map(str, value if kind == K.CHOICES else [value])) == list(
        kept if kind == K.CHOICES else [kept]
    )
    assert words in client.get(f"/companies/{company.pk}/").content.decode()

    op, _colon, wanted = condition.partition(":")
    keys = ",".join(map(str, [key_of(field, [wanted])[0] if kind == K.CHOICES else key_of(field, wanted)]))
    assert shown(client.get(f"/companies/?all=1&f={name}.{op}:{keys}")) == [company.pk]
    if kind != K.YES_NO:
        assert shown(client.get(f"/companies/?all=1&f={name}.empty")) == [other.pk]
        assert shown(client.get(f"/companies/?all=1&f={name}.set")) == [company.pk]

    row = next(row for row in exported(export(client, f"/companies/export/?all=1&f={name}.{op}:{keys}")))
    assert any(str(words)[:4] in cell or str(kept)[:10] in cell or cell == "True" for cell in row), row

    event = Event.objects.filter(subject=company.pk).latest("pk")
    assert set(event.changes()) == {name}
    assert field.label in client.get(f"/companies/{company.pk}/history/").content.decode()

    undoing.undo(event.change_set, by=person)
    assert not getattr(Company.objects.get(pk=company.pk), name)
    assert shown(client.get(f"/companies/?all=1&f={name}.{op}:{keys}")) == []


@pytest.mark.parametrize("kind", K.values)
def test_values_are_given_at_creation_one_by_one_and_in_bulk(person: User, asked: Any, kind: str) -> None:
    field = customfields.field("crm.company", kind, by=person, questionnaire=asked)
    name, kept = f"x_{field.key}", TYPED[kind][1]
    value = key_of(field, kept)
    one = changes.create(Company, {"name": "One", name: value}, by=person)
    two, three = bulk.bulk_create(Company, [{"name": "Two", name: value}, {"name": "Three"}], by=person, label="all")
    assert current(Company.objects.get(pk=one.pk), name) == current(Company.objects.get(pk=two.pk), name)
    assert not getattr(Company.objects.get(pk=three.pk), name)
    assert Event.objects.get(subject=one.pk).data[name][1] == current(Company.objects.get(pk=one.pk), name)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(K.NUMBER, "many"), (K.MONEY, "1.234,567"), (K.DATE, "31.02.2026"), (K.MOMENT, "1.1.2026 25:00"),
     (K.LINK, "javascript:alert(1)"), (K.EMAIL, "nobody"), (K.CHOICE, "999999"), (K.CHOICES, ["999999"]),
     (K.TEXT, "x" * 251)],
)  # fmt: skip
def test_a_bad_value_is_told_next_to_its_field_and_nothing_is_stored(person: User, kind: str, wrong: Any) -> None:
    field = customfields.field("crm.company", kind, by=person)
    company, client = crm.company(owner=person), signed_in(person)
    url = f"/companies/{company.pk}/edit/"
    answer = client.post(url, {**filled(client.get(url).context["form"]), f"x_{field.key}": wrong})
    assert answer.status_code == 422
    assert f"x_{field.key}" in answer.context["form"].errors
    assert not CompanyValues.objects.exists()


@pytest.mark.parametrize("kind", [K.NUMBER, K.CHOICE, K.CHOICES, K.EMAIL])
def test_the_door_refuses_what_the_form_refuses(person: User, kind: str) -> None:
    field = customfields.field("crm.company", kind, by=person)
    other = customfields.field("crm.company", K.CHOICE, by=person)
    wrong = {K.NUMBER: "many", K.EMAIL: "nobody"}.get(kind, CustomOption.objects.filter(field=other)[0].pk)
    given = [wrong] if kind == K.CHOICES else wrong
    with pytest.raises(ValidationError):
        changes.edit(crm.company(owner=person), {f"x_{field.key}": given}, by=person)


def test_a_required_field_is_asked_for(person: User) -> None:
    field = customfields.field("crm.company", K.CHOICE, by=person, is_required=True)
    client = signed_in(person)
    answer = client.post("/companies/new/", {"name": "New", "nonce": "n" * 30})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [f"x_{field.key}"]


def test_a_list_and_a_file_need_no_more_queries_for_more_rows(person: User) -> None:
    for kind in K.values:
        customfields.field("crm.company", kind, by=person)
        customfields.field("crm.company", kind, by=person, questionnaire=customfields.questionnaire("crm.company"))
    client = signed_in(person)

    def fill(count: int) -> None:
        for _n in range(count):
            company = crm.company(owner=person)
            given = {f"x_{f.key}": key_of(f, TYPED[f.kind][1]) for f in CustomField.objects.all()}
            changes.edit(company, given, by=person)

    def counts() -> list[int]:
        return [
            queries(lambda: client.get("/companies/?all=1")),
            queries(lambda: export(client, "/companies/export/?all=1")),
        ]

    fill(2)
    client.get("/companies/?all=1")
    few = counts()
    fill(6)
    assert counts() == few


def test_a_field_of_a_role_is_a_secret_of_that_role(person: User) -> None:
    boss = common.user("executive", person.department)
    role = boss.roles.get()
    field = customfields.field("crm.company", K.TEXT, by=person, roles=[role])
    name, company = f"x_{field.key}", crm.company(owner=person)
    changes.edit(company, {name: "Sealed"}, by=changes.System("tests"))
    client = signed_in(person)
    for url in (f"/companies/{company.pk}/", f"/companies/{company.pk}/edit/", f"/companies/{company.pk}/history/"):
        assert "Sealed" not in client.get(url).content.decode(), url
    assert client.get(f"/companies/?all=1&f={name}.set").status_code == 400
    assert all("Sealed" not in row for row in exported(export(client, "/companies/export/?all=1")))
    assert "Sealed" in signed_in(boss).get(f"/companies/{company.pk}/").content.decode()


def test_contact_details_in_own_fields_are_hidden_too(person: User) -> None:
    field = customfields.field("crm.company", K.EMAIL, by=person)
    name, company = f"x_{field.key}", crm.company(owner=person)
    changes.edit(company, {name: "hidden@example.org"}, by=person)
    person.withheld = ["contacts"]
    person.save()
    client = signed_in(person)
    page = client.get(f"/companies/{company.pk}/").content.decode()
    assert "hidden@" not in page
    assert "•••" in page
    assert client.get(f"/companies/?all=1&f={name}.has:hidden").status_code == 400
    assert all("hidden@example.org" not in row for row in exported(export(client, "/companies/export/?all=1")))


def test_an_archived_field_is_gone_and_comes_back_with_its_values(person: User) -> None:
    field = customfields.field("crm.company", K.TEXT, by=person)
    name, company = f"x_{field.key}", crm.company(owner=person)
    changes.edit(company, {name: "Kept"}, by=person)
    field.archived_at = MOMENT
    field.save()
    client = signed_in(person)
    assert "Kept" not in client.get(f"/companies/{company.pk}/").content.decode()
    with pytest.raises(AttributeError):
        getattr(Company.objects.get(pk=company.pk), name)
    field.archived_at = None
    field.save()
    assert "Kept" in client.get(f"/companies/{company.pk}/").content.decode()


def test_deleting_a_record_for_good_takes_its_values_along(person: User) -> None:
    boss = common.user("administrator")
    plain = customfields.field("crm.company", K.TEXT, by=person)
    several = customfields.field("crm.company", K.CHOICES, by=person)
    question = customfields.field(
        "crm.company", K.TEXT, by=person, questionnaire=customfields.questionnaire("crm.company")
    )
    company = crm.company(owner=person)
    given = {f"x_{plain.key}": "a", f"x_{question.key}": "b", f"x_{several.key}": key_of(several, ["Small"])}
    company = changes.edit(company, given, by=person)
    client = signed_in(boss)
    client.post(f"/companies/{company.pk}/bin/")
    purging.purge(Company.everything.get(pk=company.pk), by=boss)
    for model in (CompanyValues, Answer, RecordChoice):
        assert not model.objects.exists(), model


def test_two_people_change_different_own_fields_of_one_record(person: User) -> None:
    one, two = (customfields.field("crm.company", K.TEXT, by=person) for _n in range(2))
    company = crm.company(owner=person)
    changes.edit(company, {f"x_{one.key}": "first"}, by=person)
    changes.edit(company, {f"x_{two.key}": "second"}, by=person, base_version=1)
    fresh = Company.objects.get(pk=company.pk)
    assert (getattr(fresh, f"x_{one.key}"), getattr(fresh, f"x_{two.key}")) == ("first", "second")
