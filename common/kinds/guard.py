"""The door's lock: guarded tables are written only while the door is open.

`common.changes` opens it; everything else gets `OutsideChanges` (see ARCHITECTURE.md, "One door for writing").
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db.backends.utils import CursorWrapper


class OutsideChanges(RuntimeError):
    """A guarded table was written without going through `common.changes`."""


_open: ContextVar[bool] = ContextVar("door_is_open", default=False)


def door_is_open() -> bool:
    """Whether writes to guarded tables are allowed right now, here."""
    return _open.get()


@contextmanager
def door() -> Iterator[None]:
    """Open the door for the block. Never yield to foreign code inside it."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def check(what: object) -> None:
    """Raise `OutsideChanges` unless the door is open."""
    if not _open.get():
        raise OutsideChanges(f"{what} is written only through common.changes")


def guarded_tables() -> list[str]:
    """The tables of every guarded model and of the many-to-many links of record types."""
    tables = []
    for model in apps.get_models(include_auto_created=True):
        owner = model._meta.auto_created
        if getattr(model, "is_guarded", False) or (owner and getattr(owner, "is_guarded", False)):
            tables.append(model._meta.db_table)
    return tables


class SqlGuard:
    """A database execute wrapper that refuses raw writes as well (tests and development)."""

    def __init__(self) -> None:
        names = "|".join(map(re.escape, guarded_tables()))
        self.pattern = re.compile(rf'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?({names})"?[\s(]', re.IGNORECASE)

    def __call__(
        self,
        execute: Callable[..., CursorWrapper],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  # the signature is Django's
        context: dict[str, Any],
    ) -> CursorWrapper:
        if not _open.get() and self.pattern.match(sql):
            raise OutsideChanges(sql[:80])
        return execute(sql, params, many, context)
