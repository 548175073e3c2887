from __future__ import annotations

from typing import Any

from common.changes import services as changes
from common.changes.services import Actor
from crm.models import Company, Contact, Industry, Lead, Source
from tests.factories.common import SETUP, number


def source(department: Any = None, **values: Any) -> Source:
    """Where enquiries come from."""
    return Source.objects.create(name=values.pop("name", f"Source {number()}"), department=department, **values)


def industry() -> Industry:
    """What a company does."""
    return Industry.objects.create(name=f"Industry {number()}")


def company(name: str = "", *, by: Actor = SETUP, owner: Any = None, department: Any = None, **values: Any) -> Company:
    """A company of `owner`, by default of nobody."""
    given = {"name": name or f"Works {number()} GmbH", **values}
    return changes.create(Company, given, by=by, owner=owner, department=department or (owner and owner.department))


def contact(*, by: Actor = SETUP, owner: Any = None, department: Any = None, **values: Any) -> Contact:
    """A contact of `owner`, by default of nobody."""
    given = {"first_name": "Petra", "last_name": f"Vogt{number()}", **values}
    return changes.create(Contact, given, by=by, owner=owner, department=department or (owner and owner.department))


def lead(*, by: Actor = SETUP, owner: Any = None, department: Any = None, **values: Any) -> Lead:
    """A lead of `owner`, by default of nobody."""
    given = {"first_name": "Ivana", "last_name": f"Yilmaz{number()}", **values}
    return changes.create(Lead, given, by=by, owner=owner, department=department or (owner and owner.department))
