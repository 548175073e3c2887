"""The records typed words find, of every type the person may see: a few of each, the best first.

Words find few records, or many. The newest `MOST` that hold them are asked for at once, whoever may see them, and then
which of these the person sees. Where there are more, a person with little to see might see none of them: so the newest
`WALKED` of each type that the person does see are looked through as well. A type's own list finds every one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from common.kinds.words import fold
from common.policy import selectors as policy
from common.policy.scopes import page_for_user
from common.records import finding, registry
from common.records.declaring import RecordType, Viewer
from common.records.finding import Asked
from common.spine.models import Record

SIZE = 5
MOST = 1000
WALKED = 500
NEWEST = ("-created_at", "-pk")


@dataclass(frozen=True)
class Hits:
    """The best hits of one type; whether there are more."""

    kind: RecordType
    rows: Sequence[Any]
    more: bool


def kinds_for(viewer: Viewer) -> list[RecordType]:
    """The types this person sees any of, parts of others last."""
    kinds = [kind for kind in registry.all_types() if viewer.principal.may(kind.key, "view")]
    return sorted(kinds, key=lambda kind: (kind.model.parent_field is not None, kind.nav_order, kind.key))


def find(typed: str, viewer: Viewer, size: int = SIZE) -> tuple[Asked, list[Hits]]:
    """What was asked for and the hits; loosely where there would be none."""
    asked = finding.read(typed)
    if not asked.text:
        return asked, []
    found = _hits(asked, viewer, size)
    if not found and not asked.is_short:
        asked = finding.loosely(asked)
        found = _hits(asked, viewer, size) if asked.readings else []
    return asked, found


def _hits(asked: Asked, viewer: Viewer, size: int) -> list[Hits]:
    kinds = kinds_for(viewer)
    if asked.is_short or asked.number is not None:
        drawn = [(kind, _of_type(kind, asked, viewer, size + 1)) for kind in kinds]
    else:
        keys = _best(kinds, asked, viewer, size + 1)
        drawn = [(kind, rows_by_key(kind, keys[kind.key], viewer)) for kind in kinds if keys.get(kind.key)]
    return [Hits(kind, rows[:size], len(rows) > size) for kind, rows in drawn if rows]


def _of_type(kind: RecordType, asked: Asked, viewer: Viewer, most: int) -> list[Any]:
    """By number or by the beginning of the title: the one of this number first."""
    rows = kind.select_listed(kind.model.objects.for_user(viewer.principal))
    rows = rows.filter(finding.rows_q(kind, asked, viewer))
    order: list[Any] = ["title_sort", "pk"] if asked.is_short else ["-pk"]
    if asked.is_number_of(kind):
        order.insert(0, Case(When(number=asked.number, then=Value(0)), default=1, output_field=IntegerField()))
    return list(rows.order_by(*order)[:most])


def _best(kinds: Sequence[RecordType], asked: Asked, viewer: Viewer, most: int) -> dict[str, list[int]]:
    """The keys of the best hits by type."""
    newest = list(finding.texts(asked, viewer).order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    titles = _visible(kinds, newest, viewer)
    if len(newest) > MOST:
        for kind in kinds:
            if len(titles.get(kind.key, ())) < most:
                titles[kind.key] |= _walked(kind, asked, viewer, most)
    marked = finding.marks(asked)
    return {key: sorted(found, key=lambda pk: _rank(found[pk], pk, marked))[:most] for key, found in titles.items()}


def _visible(kinds: Sequence[RecordType], keys: Iterable[int], viewer: Viewer) -> dict[str, dict[int, str]]:
    """Titles by type and key of those of these records that the person sees."""
    models = {kind.key: kind.model for kind in kinds}
    rows = list(Record.objects.filter(pk__in=keys, deleted_at=None, type__in=models).values_list("pk", "type", "title"))
    seen = policy.visible_keys(viewer.principal, ((models[key], pk) for pk, key, _title in rows))
    found: dict[str, dict[int, str]] = defaultdict(dict)
    for pk, key, title in rows:
        if pk in seen:
            found[key][pk] = title
    return found


def _walked(kind: RecordType, asked: Asked, viewer: Viewer, most: int) -> dict[int, str]:
    """Hits among the newest visible records of a type, and those whose title begins so."""
    rows = kind.model.objects.get_queryset()
    newest = page_for_user(rows, viewer.principal, NEWEST, WALKED).values("pk")
    held = finding.texts(asked, viewer, by_index=False).filter(pk__in=newest)
    found = dict(held.values_list("pk", "record__title"))
    if len(found) < most:
        begin = rows.filter(finding.beginning(asked, viewer))
        found |= {row.pk: row.title for row in page_for_user(begin, viewer.principal, ("title_sort", "pk"), most)}
    return found


def _rank(title: str, pk: int, marked: Sequence[str]) -> tuple[int, int]:
    """A title that begins with a word that was typed comes first, then one that holds one, then the newest."""
    text = fold(title)
    begins = any(text.startswith(mark) for mark in marked)
    return (0 if begins else 1 if any(mark in text for mark in marked) else 2, -pk)


def rows_by_key(kind: RecordType, keys: Sequence[int], viewer: Viewer) -> list[Any]:
    """The visible rows of these keys, in their order, with what is shown of them."""
    rows = kind.select_listed(kind.model.objects.for_user(viewer.principal)).filter(pk__in=keys)
    place = {pk: index for index, pk in enumerate(keys)}
    return sorted(rows, key=lambda row: place[row.pk])
