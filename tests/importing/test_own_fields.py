"""Own fields in files: recognised by what the company calls them, checked as the form does, hidden from other roles."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes import undoing
from common.changes.values import current
from common.customfields import services as customising
from common.customfields.models import CustomOption, FieldType
from common.importing.errors import FieldMissing
from common.people.models import User
from common.policy.models import Role
from crm.models import Company
from tests.factories import crm, customfields
from tests.importing.driving import begun, checked, counts, imported, person, text_of

pytestmark = pytest.mark.django_db
KEY = "crm.company"
REFUSED = {
    FieldType.TEXT: ("x" * 300, "at most 250"), FieldType.NUMBER: ("many", "not a number"),
    FieldType.MONEY: ("1 €€", "not a number"), FieldType.DATE: ("31.02.2026", "not a date of the calendar"),
    FieldType.MOMENT: ("03.11.2026 25:00", "not a date of the calendar"), FieldType.YES_NO: ("perhaps", "not known"),
    FieldType.CHOICE: ("Huge", "not known"), FieldType.CHOICES: ("Small; Huge", "not known"),
    FieldType.LINK: ("no link", "valid URL"), FieldType.EMAIL: ("nobody", "valid email"),
    FieldType.PHONE: ("1" * 50, "at most 40"), FieldType.ADDRESS: ("x" * 300, "at most 250"),
}  # fmt: skip


@pytest.fixture
def by() -> User:
    return person()


def refusals(imp: Any) -> list[str]:
    return [problem["text"] for row in imp.rows.all() for problem in row.errors]


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("asked", [False, True], ids=["field", "question"])
def test_what_the_form_refuses_is_refused_by_the_check(by: User, kind: str, asked: bool) -> None:
    text, words = REFUSED[FieldType(kind)]
    form = customfields.questionnaire(KEY) if asked else None
    customfields.field(KEY, kind, by=by, name="Ours", questionnaire=form)
    for make in (checked, imported):
        imp = make(text_of([["Name", "Ours"], ["Werft", text]]), KEY, by)
        assert counts(imp) == {"failed": 1}
        assert words in " ".join(refusals(imp))
    assert not Company.objects.exists()


def test_an_option_is_known_by_its_names_and_others_are_chosen_once(by: User) -> None:
    made = customfields.field(KEY, FieldType.CHOICE, by=by, name="Size")
    small = CustomOption.objects.get(field=made, name="Small")
    file = text_of([["Name", "Size"], ["A", "маленький"], ["B", "tiny"], ["C", "Tiny"]])
    assert checked(file, KEY, by).unknown == {f"x_{made.key}": [["tiny", 1], ["Tiny", 1]]}
    imp = imported(file, KEY, by, choices={f"x_{made.key}": {"tiny": str(small.pk)}})
    assert counts(imp) == {"new": 3}
    assert {current(company, f"x_{made.key}") for company in Company.objects.all()} == {small.pk}


def test_a_required_field_is_demanded_of_new_records(by: User) -> None:
    customfields.field(KEY, by=by, name="Size", is_required=True)
    with pytest.raises(FieldMissing):
        checked(text_of([["Name"], ["A"]]), KEY, by)
    imp = checked(text_of([["Name", "Size"], ["A", ""], ["B", "x"]]), KEY, by)
    assert (counts(imp), refusals(imp)) == ({"new": 1, "failed": 1}, ["“Size” is required."])


def test_a_renamed_field_is_recognised_by_its_new_name_in_any_language(by: User) -> None:
    customising.rename(Company, {"name": {"en": "Shipyard", "ru": "Верфь"}}, by=by)
    own = customfields.field(KEY, by=by, name="Berth", names={"ru": "Причал"})
    for heads in (["SHIPYARD", "berth"], ["Верфь", "Причал"]):
        assert begun(text_of([heads, ["a", "b"]]), KEY, by).columns == ["name", f"x_{own.key}"]


def test_a_field_of_other_roles_is_no_target(by: User) -> None:
    customfields.field(KEY, by=by, name="Secret", roles=[Role.objects.get(slug="accountant")])
    other = person("manager")
    assert begun(text_of([["Name", "Secret"], ["a", "b"]]), KEY, other).columns == ["name", ""]


def test_undo_takes_own_fields_of_known_records_back(by: User) -> None:
    own = f"x_{customfields.field(KEY, by=by, name='Size').key}"
    known = crm.company("Werft", owner=by, **{own: "small"})
    imp = imported(text_of([["Name", "Size"], ["Werft", "large"]]), KEY, by)
    assert (counts(imp), current(Company.objects.get(), own)) == ({"updated": 1}, "large")
    assert imp.change_set is not None
    undoing.undo(imp.change_set, by=by)
    assert current(Company.objects.get(pk=known.pk), own) == "small"
    assert counts(checked(text_of([["Name", "Size"], ["Werft", ""]]), KEY, by)) == {"unchanged": 1}
