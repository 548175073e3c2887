"""The open change set: who changes what, how, as one act."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext

from common import clock
from common.events import hooks
from common.events import services as dispatching
from common.events.models import ChangeSet, EventDispatch, Via
from common.jobs import services as jobs
from common.kinds.guard import door
from common.people.models import User


@dataclass(frozen=True, slots=True)
class System:
    """The product itself as the one who changes: `System("rates")`. Passes every check."""

    name: str


Actor = User | System


@dataclass
class OpenSet:
    """The change set being written in this context."""

    label: str
    by: Actor
    via: str
    bulk: bool
    row: ChangeSet | None = None
    owes: bool = True
    touched: set[int] = field(default_factory=set)
    receivers: set[str] = field(default_factory=set)

    def stored(self) -> ChangeSet:
        """Its row, made with the first event."""
        if self.row is None:
            with door():
                self.row = ChangeSet.objects.create(
                    label=(self.label or gettext("Change"))[:250], actor=person(self.by), system=system_name(self.by),
                    via=self.via, at=clock.now(),
                )  # fmt: skip
        return self.row

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the act that may fail alone: then it is as if it never began."""
        before = (self.row, set(self.touched), set(self.receivers))
        try:
            with transaction.atomic():
                yield
        except BaseException:
            self.row, self.touched, self.receivers = before
            raise


_current: ContextVar[OpenSet | None] = ContextVar("open_change_set", default=None)
_via: ContextVar[str] = ContextVar("changes_via", default=Via.SYSTEM)
_trusted: ContextVar[bool] = ContextVar("inside_operation", default=False)
_asked: ContextVar[tuple[str, int] | None] = ContextVar("asked_operation", default=None)
_watched: ContextVar[list[ChangeSet] | None] = ContextVar("watched_change_sets", default=None)


def person(by: Actor) -> User | None:
    """The user behind an actor, if it is a person."""
    return None if isinstance(by, System) else by


def system_name(by: Actor) -> str:
    """The name of the part of the product that acts, if it is no person."""
    return by.name if isinstance(by, System) else ""


@contextmanager
def via(way: str) -> Iterator[None]:
    """Say how the changes inside are made (form, board, bulk …)."""
    token = _via.set(way)
    try:
        yield
    finally:
        _via.reset(token)


@contextmanager
def consequences() -> Iterator[None]:
    """What is written inside follows from a checked operation and is not checked again."""
    token = _trusted.set(True)
    try:
        yield
    finally:
        _trusted.reset(token)


@contextmanager
def asked(action: str, record: int) -> Iterator[None]:
    """What is written inside was allowed by this action on this record; its events say so."""
    token = _asked.set((action, record))
    try:
        yield
    finally:
        _asked.reset(token)


def asked_operation() -> tuple[str, int] | None:
    """The named action and the record that the policy was asked for, inside an operation."""
    return _asked.get()


@contextmanager
def watch() -> Iterator[list[ChangeSet]]:
    """The change sets that are written inside, in order: what a page offers to undo."""
    made: list[ChangeSet] = []
    token = _watched.set(made)
    try:
        yield made
    finally:
        _watched.reset(token)


def is_consequence() -> bool:
    """Whether the door is inside a checked operation."""
    return _trusted.get()


@contextmanager
def change_set(
    label: object = "", *, by: Actor, via: str | None = None, bulk: bool = False, row: ChangeSet | None = None,
    owes: bool = True,
) -> Iterator[OpenSet]:  # fmt: skip
    """Everything changed inside is one act in one transaction. Inside another one it joins it, and may name it.

    An act in several transactions goes on with its `row`; only the last of them `owes` the reactions to all of it.
    """
    outer = _current.get()
    if outer is not None:
        outer.label = outer.label or str(label)
        yield outer
        return
    opened = OpenSet(str(label), by, via or _via.get(), bulk, row, owes)
    with transaction.atomic():
        token = _current.set(opened)
        try:
            yield opened
        finally:
            _current.reset(token)
        if opened.row is not None and opened.owes:
            if bulk and row is not None:
                kinds = opened.row.events.order_by().values_list("kind", flat=True).distinct()
                opened.receivers |= {name for kind in kinds for name in hooks.receivers_of(kind)}
            for receiver in sorted(opened.receivers):
                dispatch = EventDispatch.objects.create(change_set=opened.row, receiver=receiver, due_at=clock.now())
                jobs.nudge(dispatching.QUEUE, dispatch.pk)
    made = _watched.get()
    if opened.row is not None and made is not None:
        made.append(opened.row)
