"""What was exported here comes back as it was: every type, every kind of field, both languages, both formats."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from catalogue.models import Product
from common.changes import binning
from common.changes import values as tracked
from common.customfields.models import CustomOption, FieldType
from common.importing import tables
from common.importing.meaning import Interpreter
from common.importing.models import Import
from common.importing.tables import Reading
from common.kinds.models import RecordModel
from common.people.models import User
from common.records import exporting, registry
from tests.factories import catalogue, common, crm, customfields, deals, requests_app
from tests.importing.driving import counts, imported, person
from tests.records.driving import body, export, signed_in, viewer_of

pytestmark = pytest.mark.django_db
ODD = "«=1+1», 'quoted', \"twice\"; x\n\n\tline – ё"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
LEADS = st.sampled_from(["", "=", "+", "-", "@", "'", "'=", "''+", "0", " "])


def company(by: User) -> Any:
    germany = common.country()
    return crm.company(
        "'=Müller, \"Söhne\"", owner=by, department=by.department, country=germany, city=common.city(germany),
        email="info@x.example", phone="+49 30 1234567", website="https://x.example/?a=1", address="Weg 1; Hof",
        industries=[crm.industry(), crm.industry()], source=crm.source(), tags=[common.tag(), common.tag()],
        assignees=[by, common.user("manager", by.department, first_name="Ада", last_name="Ким")], description=ODD,
        registration_number="0012345",
    )  # fmt: skip


def contact(by: User) -> Any:
    return crm.contact(owner=by, department=by.department, company=crm.company(owner=by), job_title="+Einkauf",
                       email="p@x.example", phone="(030) 12-34", source=crm.source(), description=ODD)  # fmt: skip


def deal(by: User) -> Any:
    return deals.deal(by, amount="1234.50", expected_close=date(2026, 2, 1), probability=35, is_important=True,
                      next_step="-call", next_step_on=date(2099, 3, 4), description=ODD, coowners=[by])  # fmt: skip


def product(by: User) -> Any:
    return catalogue.product("1000.00", owner=by, department=by.department, kind=Product.Kind.SERVICE, on_sale=False,
                             unit="h", description=ODD)  # fmt: skip


def lead(by: User) -> Any:
    return crm.lead(owner=by, department=by.department, company_name="Завод", website="https://z.example")


def request(by: User) -> Any:
    return requests_app.request(owner=by, products=[catalogue.product(), catalogue.product()])


def payment(by: User) -> Any:
    return deals.payment(deals.deal(by), "99.90", "received", on=date(2026, 1, 2), invoice_number="=7")


def line(by: User) -> Any:
    return deals.line(deals.deal(by), price=Decimal("10.00"), quantity=Decimal("2.500"), discount=Decimal("12.50"))


MAKERS: dict[str, Callable[[User], Any]] = {
    "crm.company": company, "crm.contact": contact, "crm.lead": lead, "deals.deal": deal, "deals.payment": payment,
    "deals.dealline": line, "catalogue.product": product, "requests_app.request": request,
}  # fmt: skip


def told(obj: RecordModel, kind: Any) -> dict[str, Any]:
    """Everything the form shows of a record."""
    found = {name: tracked.current(obj, name) for name in kind.form_names()}
    return {name: value.replace("\r\n", "\n") if isinstance(value, str) else value for name, value in found.items()}


def test_every_type_is_here() -> None:
    assert MAKERS.keys() == {kind.key for kind in registry.all_types() if kind.sections}


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("key", MAKERS)
def test_an_export_comes_back_unchanged_and_whole(key: str, language: str, file_format: str) -> None:
    by, kind = person(), registry.get(key)
    User.objects.filter(pk=by.pk).update(language=language)
    back(MAKERS[key](by), kind, User.objects.get(pk=by.pk), language, file_format)


def back(obj: RecordModel, kind: Any, by: User, language: str, file_format: str) -> None:
    """Export everything of a type: the file changes nothing, and without numbers it makes the record anew."""
    with translation.override(language):
        file = body(export(signed_in(by), f"{kind.url('list')}export/", {"all": "1"}, file_format))
        before, name = told(obj, kind), f"file.{file_format}"
        same = imported(file, kind.key, by, name=name)
        assert counts(same) == {"unchanged": kind.model.objects.count()}, [row.errors for row in same.rows.all()]
        fields = {target.removesuffix("@") for target in same.columns} - {""}
        assert {field for field in before if field.startswith("x_")} <= fields
        binning.remove(kind.model.objects.get(pk=obj.pk), by=common.SETUP)
        heads = {str(head): "" for head in same.headers if same.columns[same.headers.index(head)] == "number"}
        made = imported(file, kind.key, by, name=name, columns=heads, keys=[])
    assert made.counts["failed"] == 0, [row.errors for row in made.rows.all()]
    record = made.rows.order_by("-line").first().record_id
    assert told(kind.model.objects.get(pk=record), kind) == before


OWN: dict[str, Any] = {
    FieldType.TEXT: "=x; 'y'", FieldType.LONG_TEXT: ODD, FieldType.NUMBER: Decimal("-1234567.25"),
    FieldType.MONEY: Decimal("84200.10"), FieldType.DATE: date(2026, 12, 1), FieldType.YES_NO: True,
    FieldType.MOMENT: datetime(2026, 2, 1, 15, 30, tzinfo=UTC), FieldType.CHOICE: "Medium",
    FieldType.CHOICES: ["Large", "Small, or less"], FieldType.LINK: "https://example.org/a?b=1",
    FieldType.EMAIL: "ann@example.org", FieldType.PHONE: "+49 30 1234", FieldType.ADDRESS: "Hafen 1, Kiel",
}  # fmt: skip
OPTIONS: tuple[Any, ...] = (("Medium", {"ru": "Средний"}), ("Large", {}), ("Small, or less", {}))


def with_own(by: User, *, asked: bool) -> Any:
    """A company with an own field, or an answer to a question, of every kind."""
    form = customfields.questionnaire("crm.company") if asked else None
    given: dict[str, Any] = {}
    for kind, value in OWN.items():
        options = OPTIONS if kind in (FieldType.CHOICE, FieldType.CHOICES) else ()
        made = customfields.field("crm.company", kind, by=by, questionnaire=form, options=options, name=f"Мой {kind}")
        keys = {option.name: option.pk for option in CustomOption.objects.filter(field=made)}
        given[f"x_{made.key}"] = [keys[n] for n in value] if isinstance(value, list) else keys.get(value, value)
    return crm.company("Werft", owner=by, department=by.department, **given)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("asked", [False, True], ids=["fields", "questions"])
def test_own_fields_of_every_kind_come_back_as_they_were(asked: bool, language: str, file_format: str) -> None:
    assert OWN.keys() == set(FieldType.values)
    by, kind = person(), registry.get("crm.company")
    User.objects.filter(pk=by.pk).update(language=language)
    made = with_own(by, asked=asked)
    back(made, kind, User.objects.get(pk=by.pk), language, file_format)


@given(text=TEXT, lead=LEADS)
def test_any_text_of_an_exported_cell_is_read_as_it_was(text: str, lead: str) -> None:
    written, whole = io.BytesIO(), f"{lead}{text}".strip()
    exporting.write_csv(iter([["a", "b"], [whole, "x"]]), written, lambda done: None)
    reading = Reading("text", encoding="utf-8")
    _head, row = tables.table(written, reading)
    imp = Import(type="crm.company", columns=["name", ""], reading=reading.stored)
    reader = Interpreter(imp, registry.get("crm.company"), viewer_of(User(pk=1, is_active=False)))
    assert reader.cell(row, 0) == whole.replace("\x00", "")
