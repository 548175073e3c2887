"""The door's lock: guarded tables are written only while the door is open.

`common.changes` opens it; everything else gets `OutsideChanges` (see ARCHITECTURE.md, "One door for writing").
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.backends.utils import CursorWrapper
from django.db.models.signals import m2m_changed, post_migrate, pre_delete, pre_migrate


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


_altering: ContextVar[bool] = ContextVar("log_may_be_altered", default=False)


@contextmanager
def altering() -> Iterator[None]:
    """Let what was logged be altered: only `common.events.redacting` has a reason to."""
    token = _altering.set(True)
    try:
        yield
    finally:
        _altering.reset(token)


def check_alteration(what: object) -> None:
    """Raise `OutsideChanges` unless the log may be altered here."""
    if not _altering.get():
        raise OutsideChanges(f"{what} is append-only: nothing but common.events.redacting alters it")


def check(what: object) -> None:
    """Raise `OutsideChanges` unless the door is open."""
    if not _open.get():
        raise OutsideChanges(f"{what} is written only through common.changes")


def is_guarded(model: type[models.Model]) -> bool:
    """Whether this is a guarded model or the many-to-many link table of one."""
    owner = model._meta.auto_created
    return bool(getattr(model, "is_guarded", False) or (owner and getattr(owner, "is_guarded", False)))


def guarded_models() -> list[type[models.Model]]:
    """Every guarded model and every many-to-many link table of record types."""
    return [model for model in apps.get_models(include_auto_created=True) if is_guarded(model)]


class SqlGuard:
    """A database execute wrapper that refuses raw writes as well (tests and development). Migrations are exempt."""

    migrating = False

    def __init__(self) -> None:
        names = "|".join(re.escape(model._meta.db_table) for model in guarded_models())
        verbs = r"(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM"
        self.pattern = re.compile(rf'\s*(?:{verbs})\s+"?({names})"?(?:[\s(;]|$)', re.IGNORECASE)
        logs = "|".join(re.escape(m._meta.db_table) for m in guarded_models() if getattr(m, "is_append_only", False))
        verbs = r"REPLACE\s+INTO|INSERT\s+OR\s+REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM"
        self.alteration = re.compile(rf'\s*(?:{verbs})\s+"?({logs})"?(?:[\s(;]|$)', re.IGNORECASE)

    def __call__(
        self,
        execute: Callable[..., CursorWrapper],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  # the signature is Django's
        context: dict[str, Any],
    ) -> CursorWrapper:
        if not (_open.get() or SqlGuard.migrating) and self.pattern.match(sql):
            raise OutsideChanges(sql[:80])
        if not (_altering.get() or SqlGuard.migrating) and self.alteration.match(sql):
            raise OutsideChanges(sql[:80])
        return execute(sql, params, many, context)


def watch() -> None:
    """Guard what overridden methods do not see: cascades, link managers and, where asked for, raw statements."""
    for model in guarded_models():
        if model._meta.auto_created:
            m2m_changed.connect(_links_change, sender=model, dispatch_uid=f"guard {model._meta.label}")
        else:
            pre_delete.connect(_row_goes, sender=model, dispatch_uid=f"guard {model._meta.label}")
    if settings.GUARDS_SQL:
        connection_created.connect(_guard_statements, dispatch_uid="guard statements")
        pre_migrate.connect(_migration_starts, dispatch_uid="guard statements")
        post_migrate.connect(_migration_ends, dispatch_uid="guard statements")


def _row_goes(sender: type[models.Model], **_more: Any) -> None:
    check(sender.__name__)


def _links_change(sender: type[models.Model], action: str, **_more: Any) -> None:
    if action.startswith("pre_"):
        check(sender.__name__)


def _guard_statements(connection: BaseDatabaseWrapper, **_more: Any) -> None:
    if not any(isinstance(wrapper, SqlGuard) for wrapper in connection.execute_wrappers):
        connection.execute_wrappers.append(SqlGuard())


def _migration_starts(**_more: Any) -> None:
    SqlGuard.migrating = True


def _migration_ends(**_more: Any) -> None:
    SqlGuard.migrating = False
