"""Telephone calls on timelines: what is kept of one, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.events.models import Event
from common.kinds.models import RecordModel
from common.records import registry

VERB = "called"


class Outcome(TextChoices):
    """How a call ended."""

    REACHED = "reached", pgettext_lazy("call", "Reached")
    NO_ANSWER = "no-answer", gettext_lazy("No answer")
    CALL_BACK = "call-back", gettext_lazy("Call back")


class Direction(TextChoices):
    """Who called whom."""

    OUTGOING = "out", gettext_lazy("Outgoing")
    INCOMING = "in", gettext_lazy("Incoming")


@dataclass(frozen=True)
class Call:
    """A call: its outcome and direction, a text, and the record of the person at the other end where it is known.

    The number is not kept: the log is read by people from whom contact details are hidden.
    """

    outcome: Outcome
    direction: Direction = Direction.OUTGOING
    text: str = ""
    other: RecordModel | None = None

    def data(self) -> dict[str, Any]:
        """As the log keeps it."""
        other = [self.other._meta.label_lower, self.other.pk] if self.other else None
        return {"_text": self.text, "_outcome": self.outcome, "_direction": self.direction, "_with": other}


def number_url(row: Any) -> str:
    """What dials the telephone number of a record; empty where there is none or it is hidden."""
    return f"tel:{row.phone.replace(' ', '')}" if row.phone and not row.is_masked else ""


def dialled(row: Any) -> dict[str, Any]:
    """The cell of a telephone number: a call from there was with its record."""
    return {"text": row.phone, "url": number_url(row), "pk": row.pk, "who": row.title}


def is_call(event: Event) -> bool:
    """Whether an event is a call."""
    return event.kind.endswith(f".{VERB}")


def other_of(event: Event) -> tuple[type[RecordModel], int] | None:
    """The record of the person at the other end of a call."""
    kind, key = event.data.get("_with") or ("", 0)
    found = registry.find(kind)
    return (found.model, key) if found else None


def said(event: Event, name: str) -> str:
    """A call in words; `name`: who was at the other end, empty where the reader may not know."""
    is_incoming = event.data["_direction"] == Direction.INCOMING
    if name:
        words = _("Call from: %(who)s") if is_incoming else _("Call to: %(who)s")
    else:
        words = _("Incoming call") if is_incoming else _("Outgoing call")
    return f"{words % {'who': name}} · {Outcome(event.data['_outcome']).label}"
