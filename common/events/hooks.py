"""The three ways to listen (ARCHITECTURE.md, "One append-only event log"). Registered in `receivers.py`.

`guard` and `project` run in the transaction of the change; `react` after it, durably, at least once.
A kind is exact ("deal.closed") or ends with `*` ("deal.*", "*"). What is told afterwards, such as the history of the
demonstration company, is written `without_reactions`: nobody is to be told of it.
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
When = Callable[[Event], bool]
_reactions: dict[str, tuple[str, Reaction, When | None]] = {}
_silent: ContextVar[bool] = ContextVar("without_reactions", default=False)


def guard(kind: str, hook: Hook) -> None:
    """`hook(event, obj)` may refuse the change by raising a DomainError."""
    _guards.append((kind, hook))


def project(kind: str, hook: Hook) -> None:
    """`hook(event, obj)` updates its own projections, nothing else."""
    _projectors.append((kind, hook))


def react(kind: str, reaction: Reaction, *, when: When | None = None) -> None:
    """`reaction(event)` runs in a worker after commit, at least once; owed only to events `when` says yes to.

    `when` is asked in the transaction of the change, about every event of the kind: it looks at the event alone.
    """
    _reactions[f"{reaction.__module__}.{reaction.__qualname__}"] = (kind, reaction, when)


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


def receivers_of(kind: str, event: Event | None = None) -> list[str]:
    """The names of the reactions owed to this event, or without it to some event of this kind."""
    if _silent.get():
        return []
    return [
        name
        for name, (pattern, _reaction, when) in _reactions.items()
        if _matches(pattern, kind) and (event is None or when is None or when(event))
    ]


def reaction(receiver: str) -> Reaction:
    """The function behind a stored receiver name."""
    return _reactions[receiver][1]


def wanted_by(receiver: str, event: Event) -> bool:
    """Whether a reaction that is owed to a whole change set is owed to this event of it."""
    pattern, _reaction, when = _reactions[receiver]
    return _matches(pattern, event.kind) and (when is None or when(event))
