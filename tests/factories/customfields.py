"""Own fields of a company, questions and their options."""

from __future__ import annotations

from typing import Any

from common.customfields.models import CustomField, FieldType, Questionnaire
from common.customfields.services import save_field
from common.people.models import User
from tests.factories import common

OPTIONS = (("Small", {"ru": "Маленький"}), ("Medium", {}), ("Large", {}))


def field(type_key: str, kind: str = FieldType.TEXT, *, by: User, **values: Any) -> CustomField:
    """A field of a record type."""
    roles = values.pop("roles", ())
    options = values.pop("options", OPTIONS if kind in (FieldType.CHOICE, FieldType.CHOICES) else ())
    made = CustomField(type=type_key, kind=kind, **{"name": f"Own {kind}", "key": f"k{common.number()}", **values})
    made.full_clean()
    save_field(made, roles=roles, options=options, by=by)
    return made


def questionnaire(type_key: str, name: str = "Profile") -> Questionnaire:
    """A questionnaire about a record type."""
    return Questionnaire.objects.create(type=type_key, name=name)
