"""Own fields in files: recognised by what the company calls them, checked as the form does, hidden from other roles."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes import undoing
from common.changes.values import current
from common.customfields import services as customising
from common.customfields.models import CustomField, CustomOption, FieldType
from common.importing import services
from common.importing.errors import FieldMissing
from common.importing.forms import ColumnsForm
from common.importing.keeping import KEEP
from common.kinds.errors import Forbidden
from common.people.models import User
from common.policy.models import Role
from crm.models import Company
from tests.factories import crm, customfields
from tests.importing.driving import begun, checked, counts, imported, person, text_of
from tests.records.driving import viewer_of

pytestmark = pytest.mark.django_db
K = FieldType
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


def test_columns_that_nothing_takes_are_kept_as_own_fields(by: User) -> None:
    long = "It was a long story. " * 10
    rows = [
        ["Name", "Turnover", "Founded", "Code", "Story", ""],
        ["Werft", "1200,5", "31.12.1998", "007", long, "x"], ["Mühle", "3", "", "12", "", "y"],
    ]  # fmt: skip
    kept = dict.fromkeys(rows[0][1:], KEEP)
    imp = imported(text_of(rows, ";"), KEY, by, columns=kept)
    assert counts(imp) == {"new": 2}
    made = CustomField.objects.order_by("position")
    assert [(field.name, field.key, field.kind) for field in made] == [
        ("Turnover", "turnover", K.NUMBER), ("Founded", "founded", K.DATE), ("Code", "code", K.TEXT),
        ("Story", "story", K.LONG_TEXT), ("Column 6", "column_6", K.TEXT),
    ]  # fmt: skip
    werft = Company.objects.get(name="Werft")
    assert current(werft, "x_turnover") == "1200.500000"
    assert current(werft, "x_code") == "007"
    again = imported(text_of(rows, ";"), KEY, by)
    assert counts(again) == {"unchanged": 2}
    assert made.count() == 5


def test_a_kept_column_gets_a_key_of_its_own(by: User) -> None:
    customfields.field(KEY, by=by, key="turnover", name="Of old")
    imported(text_of([["Name", "Turnover"], ["Werft", "5"]]), KEY, by, columns={"Turnover": KEEP})
    assert CustomField.objects.get(name="Turnover").key == "field_2"


def test_only_who_makes_own_fields_may_keep_columns() -> None:
    seller = person("manager")
    imp = begun(text_of([["Name", "Turnover"], ["Werft", "5"]]), KEY, seller)
    with pytest.raises(Forbidden):
        services.set_columns(imp, ["name", KEEP], version=imp.version, by=seller)
    assert KEEP not in dict(ColumnsForm(imp, viewer_of(seller)).fields["c1"].choices)  # type: ignore[attr-defined]  # a choice field
    assert not CustomField.objects.exists()
