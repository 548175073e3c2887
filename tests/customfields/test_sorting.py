"""Lists are sorted by own fields, page by page, forwards and backwards, with the empty ones last."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from common.changes import services as changes
from common.customfields.models import FieldType
from common.people.models import User
from common.policy.models import Role
from common.records import paging, registry
from crm.models import Company
from tests.factories import common, crm, customfields
from tests.records.driving import queries, shown, signed_in, viewer_of

pytestmark = pytest.mark.django_db
SAMPLES: dict[str, list[Any]] = {
    FieldType.NUMBER: [Decimal(n) for n in (-3, 0, 7, 7, 12)],
    FieldType.DATE: [date(2026, 1, 1) + timedelta(days=n) for n in (0, 1, 1, 40)],
    FieldType.TEXT: ["apfel", "Birne", "Ämter", "birne", "Цех", "цех 2"],
}


@pytest.fixture
def boss() -> User:
    common.own_company()
    common.currency()
    return common.user("administrator", common.department())


@pytest.mark.parametrize("kind", SAMPLES)
def test_walking_there_and_back_meets_every_row_once_in_order(boss: User, kind: str) -> None:
    lots = Random(kind)
    field = customfields.field("crm.company", kind, by=boss)
    name, values = f"x_{field.key}", {}
    for n in range(23):
        company = crm.company(f"C{n:02}", owner=boss)
        values[company.pk] = lots.choice([*SAMPLES[kind], None])
        if values[company.pk] is not None:
            changes.edit(company, {name: values[company.pk]}, by=boss)
    filled = sorted((value.lower() if isinstance(value, str) else value, pk) for pk, value in values.items()
                    if value is not None)  # fmt: skip
    wanted = [pk for _value, pk in filled] + sorted(pk for pk, value in values.items() if value is None)
    sort = next(sort for sort in registry.sorts(registry.of(Company)) if sort.key == name)
    viewer, at, met, pages = viewer_of(boss), "", [], []
    while True:
        page = paging.read(Company.objects.get_queryset(), viewer, sort, at, 5)
        met += [row.pk for row in page.rows]
        pages.append([row.pk for row in page.rows])
        if not page.after:
            break
        at = page.after
    assert met == wanted
    for before in reversed(pages[:-1]):
        page = paging.read(Company.objects.get_queryset(), viewer, sort, page.before, 5)
        assert [row.pk for row in page.rows] == before


def test_the_head_of_the_column_sorts_in_as_many_queries_for_many_rows(boss: User) -> None:
    field = customfields.field("crm.company", FieldType.NUMBER, by=boss)
    client, address = signed_in(boss), f"/companies/?all=1&cols=name,x_{field.key}"
    for n in (3, 1, 2):
        changes.edit(crm.company(f"C{n}", owner=boss), {f"x_{field.key}": Decimal(n)}, by=boss)
    head = next(head for head in client.get(address).context["table"]["columns"] if head["key"] == f"x_{field.key}")
    assert f"sort=x_{field.key}" in head["sort_url"]
    few = queries(lambda: client.get(head["sort_url"]))
    assert [Company.objects.get(pk=pk).name for pk in shown(client.get(head["sort_url"]))] == ["C1", "C2", "C3"]
    for _n in range(20):
        changes.edit(crm.company(owner=boss), {f"x_{field.key}": Decimal(9)}, by=boss)
    assert queries(lambda: client.get(head["sort_url"])) == few


def test_nobody_sorts_by_a_field_of_other_roles(boss: User) -> None:
    role = Role.objects.create(name="Buyers", slug="buyers")
    field = customfields.field("crm.company", FieldType.NUMBER, by=boss)
    field.roles.set([role])
    changes.save_dictionary(field, by=boss)
    seller = common.user("manager", boss.department)
    assert signed_in(seller).get(f"/companies/?all=1&sort=x_{field.key}").status_code == 400
    assert signed_in(boss).get(f"/companies/?all=1&sort=x_{field.key}").status_code == 200


def test_of_lists_and_yes_or_no_there_is_no_order(boss: User) -> None:
    for kind in (FieldType.CHOICE, FieldType.CHOICES, FieldType.YES_NO):
        customfields.field("crm.company", kind, by=boss)
    customfields.field(
        "crm.company", FieldType.NUMBER, by=boss, questionnaire=customfields.questionnaire("crm.company")
    )
    assert [sort.key for sort in registry.sorts(registry.of(Company)) if sort.is_beyond] == []
