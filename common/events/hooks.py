"""The three ways to listen (ARCHITECTURE.md, "One append-only event log"). Registered in `receivers.py`.

`guard` and `project` run in the transaction of the change; `react` after it, durably, at least once.
A kind is exact ("deal.closed") or ends with `.*` ("deal.*"). What is told afterwards, such as the history
of the demonstration company, is written `without_reactions`: nobody is to be told of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from common.events.models import Event

Hook = Callable[[Event, Any], None]
Reaction = Callable[[Event], None]

_guards: list[tuple[str, Hook]] = []
_projectors: list[tuple[str, Hook]] = []
_reactions: dict[str, tuple[str, Reaction]] = {}
_silent: ContextVar[bool] = ContextVar("without_reactions", default=False)


def guard(kind: str, hook: Hook) -> None:
    """`hook(event, obj)` may refuse the change by raising a DomainError."""
    _guards.append((kind, hook))


def project(kind: str, hook: Hook) -> None:
    """`hook(event, obj)` updates its own projections, nothing else."""
    _projectors.append((kind, hook))


def react(kind: str, reaction: Reaction) -> None:
    """`reaction(event)` runs in a worker after commit, at least once."""
    _reactions[f"{reaction.__module__}.{reaction.__qualname__}"] = (kind, reaction)


@contextmanager
def without_reactions() -> Iterator[None]:
    """Events written inside owe no reactions; guards and projectors run as ever."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def _matches(pattern: str, kind: str) -> bool:
    return pattern == kind or (pattern.endswith("*") and kind.startswith(pattern[:-1]))


def guards_of(kind: str) -> Iterator[Hook]:
    return (hook for pattern, hook in _guards if _matches(pattern, kind))


def projectors_of(kind: str) -> Iterator[Hook]:
    return (hook for pattern, hook in _projectors if _matches(pattern, kind))


def receivers_of(kind: str) -> list[str]:
    """The names of the reactions owed to an event of this kind."""
    if _silent.get():
        return []
    return [name for name, (pattern, _reaction) in _reactions.items() if _matches(pattern, kind)]


def reaction(receiver: str) -> tuple[str, Reaction]:
    """The pattern and function behind a stored receiver name."""
    return _reactions[receiver]


def wanted_by(receiver: str, kind: str) -> bool:
    return _matches(_reactions[receiver][0], kind)
