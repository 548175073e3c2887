from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Max, QuerySet

from common.people.models import User
from common.policy.models import Role
from common.setup.dictionaries import DictionaryPage


def parents(page: DictionaryPage) -> list[Any]:
    """The rows the dictionary is divided by (pipelines of stages)."""
    if not page.parent:
        return []
    target: Any = page.model._meta.get_field(page.parent).related_model
    return list(target.objects.all())


def rows(page: DictionaryPage, parent: Any = None) -> list[Any]:
    """The rows of a dictionary, those out of use last."""
    found = page.model._default_manager.all()
    if parent is not None:
        found = found.filter(**{page.parent: parent})
    if page.sort:
        found = found.order_by(*page.sort)
    elif hasattr(page.model, "archived_at"):
        found = found.order_by(F("archived_at").asc(nulls_first=True), "position", "name")
    return list(found[:500])


def row(page: DictionaryPage, pk: int) -> Any:
    """One row, or None."""
    return page.model._default_manager.filter(pk=pk).first()


def rows_by_key(page: DictionaryPage, keys: Sequence[int]) -> dict[int, Any]:
    """Rows by their keys."""
    return page.model._default_manager.in_bulk(keys)


def next_position(page: DictionaryPage) -> int:
    """Where a new row goes: last."""
    last = page.model._default_manager.aggregate(last=Max("position"))["last"]
    return int(last or 0) + 1


def roles_in_use() -> QuerySet[Role]:
    """The roles a person can be given."""
    rows: QuerySet[Role] = Role.objects.in_use()
    return rows


def role_keys(user: User) -> list[int]:
    """The keys of a person's roles."""
    return list(user.roles.values_list("pk", flat=True)) if user.pk else []
