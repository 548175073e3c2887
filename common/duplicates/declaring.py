"""How a record type tells duplicates; from this its pages of duplicates are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.changes import merging
from common.kinds import formats
from common.policy import selectors as policy
from common.policy.principal import Principal
from common.records import registry, timeline
from common.records.declaring import Link, Panel, RecordType, Viewer, Words

MINIMUM = 50
"""The score, in percent, from which two are proposed."""
SURE = 90
"""The score from which they are called the same."""


@dataclass(frozen=True)
class Alike:
    """How alike two records are: a score in percent, the reasons in words, the keys of the signs."""

    score: int
    reasons: Sequence[str]
    signs: frozenset[str]


@dataclass(frozen=True)
class Likeness:
    """What makes two records of a type the same.

    `groups()` gives keys of records that share something, `near(principal, obj)` records that may be the same as one,
    `compare(one, other)` weighs two of them (None: not alike); hidden contact details come masked already. `signs`: by
    what records are compared. `related`: what comparing reads of others.
    """

    key: str
    groups: Callable[[], Iterator[Sequence[int]]]
    near: Callable[[Principal, Any], Sequence[Any]]
    compare: Callable[[Any, Any], Alike | None]
    signs: Mapping[str, Words]
    related: tuple[str, ...] = ()


_declared: dict[str, Likeness] = {}


def declare(likeness: Likeness) -> None:
    """Find and merge duplicates of a record type."""
    _declared[likeness.key] = likeness
    panel = Panel("merged", _("Merged"), "duplicates/panel.html", _merged, order=90)
    registry.extend(likeness.key, panels=(panel,), links=(
        Link(_("Duplicates"), "git-merge", "delete", _queue, "list"),
        Link(_("Merge with another"), "git-merge", "delete", _of, "record"),
        Link(_("Merge"), "git-merge", "delete", _selected, "selected"),
    ))  # fmt: skip


def _queue(kind: RecordType, obj: Any) -> str:
    return f"{reverse('duplicates:list')}?type={kind.key}"


def _of(kind: RecordType, obj: Any) -> str:
    return reverse("duplicates:of", args=[kind.key, obj.pk])


def _selected(kind: RecordType, obj: Any) -> str:
    return reverse("duplicates:selected", args=[kind.key])


def _merged(obj: Any, viewer: Viewer) -> dict[str, Any]:
    """The merges a record came out of, with the way back for who may go it."""
    acts = merging.merges_of(obj)
    seen = timeline.visible_records({pk for act in acts for pk in act.others}, viewer)
    may = policy.may(viewer.principal, obj, "change") if acts else False
    return {
        "hidden": not acts, "count": len(acts),
        "rows": [
            {
                "text": ", ".join(seen[pk].title for pk in act.others if pk in seen) or "—",
                "when": " · ".join([formats.short_date(timezone.localtime(act.started_at).date()), act.by.full_name]),
                "url": reverse("duplicates:separate", args=[act.pk]) if may else "",
            }
            for act in acts
        ],
    }  # fmt: skip


def find(key: str) -> Likeness | None:
    """How duplicates of a type are told, if they are."""
    return _declared.get(key)


def all_of_them() -> list[Likeness]:
    """Every declared likeness, in the order of the side bar."""
    return [_declared[kind.key] for kind in registry.all_types() if kind.key in _declared]
