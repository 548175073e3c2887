from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.utils.text import slugify

from common import clock
from common.changes import services as changes
from common.changes.services import Actor
from common.kinds import dictionary
from common.policy import selectors as policy
from common.policy.models import Permission, Role, Scope
from common.setup import rights, selectors
from common.setup.errors import LastAdministrator

Key = tuple[str, str]


def create_role(role: Role, *, like: Role | None = None, by: Actor) -> Role:
    """Store a new role, with the rights of another one where it is a copy."""
    with changes.change_set(str(role), by=by):
        role.slug = _free_slug(role.name)
        role.position = selectors.next_role_position()
        if like is not None:
            role.is_administrator = like.is_administrator
            role.demands_second_factor = like.demands_second_factor
        changes.save_dictionary(role, by=by)
        for row in rights.of_role(like).values() if like is not None else ():
            row.pk, row.role = None, role
            row.save(force_insert=True)
        _log(role, {}, by)
    return role


def change_role(role: Role, scopes: Mapping[Key, str], *, by: Actor) -> None:
    """Store a role's own values, and make its rights exactly `scopes`: (area, action) → scope.

    Limits of fields stay with the rights that stay. Raises `LastAdministrator`.
    """
    with changes.change_set(str(role), by=by), administrator_remains():
        changes.save_dictionary(role, by=by)
        before = rights.of_role(role)
        said = _said(before)
        for key, row in before.items():
            if key not in scopes:
                row.delete()
        for (area, action), scope in scopes.items():
            row = before.get((area, action)) or Permission(role=role, type=area, action=action)
            if row.pk is None or row.scope != scope:
                row.scope = Scope(scope)
                row.save()
        _log(role, said, by)


def limit_fields(
    role: Role, area: str, limits: Mapping[str, tuple[Sequence[str], Sequence[str]]], *, by: Actor
) -> None:
    """Say which fields the rights on a record type cover: action → (only these, not these)."""
    with changes.change_set(str(role), by=by):
        before = rights.of_role(role)
        said = _said(before)
        for action, (only, excepted) in limits.items():
            row = before.get((area, action))
            if row is not None:
                row.only_fields, row.except_fields = sorted(only), sorted(excepted)
                row.save()
        _log(role, said, by)


def archive_role(role: Role, *, by: Actor) -> None:
    """Take a role out of use, or back into it; people keep it, but it gives nothing. Raises `LastAdministrator`."""
    role.archived_at = None if role.archived_at else clock.now()
    with changes.change_set(str(role), by=by), administrator_remains():
        changes.save_dictionary(role, by=by)


@contextmanager
def administrator_remains() -> Iterator[None]:
    """Inside a transaction: raise `LastAdministrator` where the block leaves nobody who may do everything."""
    before = policy.somebody_may_do_everything()
    yield
    if before and not policy.somebody_may_do_everything():
        raise LastAdministrator


def _said(rows: Mapping[Key, Permission]) -> dict[str, Any]:
    """The rights of a role as the history keeps them."""
    found: dict[str, Any] = {}
    for (area, action), row in rows.items():
        found[f"{area}.{action}"] = str(row.scope)
        if row.only_fields or row.except_fields:
            found[f"{area}.{action}.fields"] = [row.only_fields, row.except_fields]
    return found


def _log(role: Role, before: Mapping[str, Any], by: Actor) -> None:
    after = _said(rights.of_role(role))
    names = sorted({*before, *after})
    pairs = {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}
    if pairs:
        changes.note_dictionary(role, "rights_changed", pairs, by=by)
        dictionary.renew()


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "role"
    taken = selectors.role_slugs()
    number = 1
    while (slug := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return slug
