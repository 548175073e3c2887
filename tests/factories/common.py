"""A small company to test with: currencies and rates, departments, people in preset roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from common.changes import bulk
from common.changes import services as changes
from common.changes.services import Actor, System
from common.money.models import Currency, Rate
from common.organisation.models import Department, OwnCompany
from common.organisation.selectors import company_today
from common.people.models import User
from common.places.models import City, Country
from common.policy import presets
from common.policy.models import Role, RoleMember
from common.tags.models import Tag

SETUP = System("tests")
_numbers, _codes = count(1), count()


def number() -> int:
    """A number no other row of this process has."""
    return next(_numbers)


def own_company(time_zone: str = "Europe/Berlin") -> OwnCompany:
    """The company that works with the product."""
    found, _created = OwnCompany.objects.update_or_create(name="Nordhafen", defaults={"time_zone": time_zone})
    return found


def currency(code: str = "EUR", *, base: bool | None = None) -> Currency:
    """A currency; the euro is the base."""
    is_base = code == "EUR" if base is None else base
    found, _created = Currency.objects.get_or_create(code=code, defaults={"name": code, "is_base": is_base})
    return found


def rate(code: str, value: str, day: date | None = None) -> Rate:
    """A rate of a currency on a day (today)."""
    row = Rate.objects.filter(currency=currency(code), day=day or company_today()).first()
    row = row or Rate(currency=currency(code), day=day or company_today())
    row.value = Decimal(value)
    changes.save_dictionary(row, by=SETUP)
    return row


def tag() -> Tag:
    """A tag."""
    return Tag.objects.create(name=f"Tag {number()}")


def code() -> str:
    """Two letters, another pair for each of 676 calls: the code of a country nobody has used."""
    row, column = divmod(next(_codes) % 676, 26)
    return chr(65 + row) + chr(65 + column)


def department(name: str = "Sales", **values: Any) -> Department:
    """A department."""
    return Department.objects.create(name=name, **values)


def user(role: str | None = "manager", department: Department | None = None, **values: Any) -> User:
    """A person in a preset role."""
    n = number()
    values = {"username": f"{role or 'nobody'}{n}", "email": f"person{n}@nordhafen.example", **values}
    person = User.objects.create_user(department=department, **values)
    if role is not None:
        found = Role.objects.filter(slug=role).first()
        if found is None:
            presets.load()
            found = Role.objects.get(slug=role)
        RoleMember.objects.create(role=found, user=person)
    return person


def country(code: str = "DE") -> Country:
    """A country."""
    found, _created = Country.objects.get_or_create(code=code, defaults={"name": code})
    return found


def city(of: Country) -> City:
    """A city of a country."""
    return City.objects.create(country=of, name=f"City {number()}")


def subtree(*names: str) -> list[Department]:
    """Departments, each below the one before."""
    rows: list[Department] = []
    for name in names:
        rows.append(department(name, parent=rows[-1] if rows else None))
    return rows


def edit_all(rows: Iterable[Any], given: Mapping[str, Any], *, by: Actor, label: str) -> bulk.Outcome:
    """The same values for every record, as one act on many."""
    return bulk.for_each(rows, lambda row: changes.edit(row, given, by=by), by=by, label=label)
