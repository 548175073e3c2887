"""The process dictionary: small, rarely changed tables kept in memory, keyed by `Config.version`.

Every write to a dictionary model gives the configuration a new random version, so a process that
reads the version (once per request or job) knows whether what it holds is still true.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.apps import apps

_version: ContextVar[int | None] = ContextVar("config_version", default=None)
T = TypeVar("T")
_store: dict[str, tuple[int, Any]] = {}


def use_version(version: int | None) -> None:
    """Trust this version until told otherwise (a request or job read it); None: ask the database."""
    _version.set(version)


def version() -> int:
    """The version of the configuration that this request, job or command works with."""
    known = _version.get()
    if known is not None:
        return known
    row = apps.get_model("kinds.Config")._base_manager.values_list("version", flat=True).first()
    return int(row or 0)


@contextmanager
def held() -> Iterator[None]:
    """Read the version once for all of a block, a chunk of a job; a write to the configuration ends it."""
    token = _version.set(version())
    try:
        yield
    finally:
        _version.reset(token)


def renew() -> None:
    """Give the configuration a new version: something in a dictionary changed."""
    apps.get_model("kinds.Config")._base_manager.filter(pk=1).update(version=secrets.randbits(62))
    _version.set(None)


def lookup(key: str, load: Callable[[], T]) -> T:
    """What `load()` gives, kept until the configuration changes."""
    current = version()
    hit = _store.get(key)
    if hit is not None and hit[0] == current:
        value: T = hit[1]
        return value
    value = load()
    _store[key] = (current, value)
    return value
