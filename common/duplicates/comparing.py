"""Records side by side: where they differ, whose value is proposed, what would come along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.changes import merging, values
from common.kinds import formats
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.policy import scopes
from common.records import describing, registry
from common.records.declaring import RecordType, Viewer
from common.records.fieldkinds import kind_of

PREFIX = "field-"
EMPTY: tuple[Any, ...] = (None, "", [])


def heads(kind: RecordType, rows: Sequence[RecordModel], keeper: int, viewer: Viewer) -> list[dict[str, Any]]:
    """What stands over each record: who it is, whether it may stay or go, and what hangs on it."""
    related = scopes.relations(viewer.principal, rows)
    found = []
    for row in rows:
        may = scopes.actions(viewer.principal, kind.model, related[row.pk], ("change", "delete"))
        made = formats.short_date(timezone.localtime(row.created_at).date())
        found.append({
            "pk": row.pk, "title": row.title, "number": kind.number_of(row), "url": kind.page_url(row),
            "version": row.version, "owner": str(row.owner or ""), "made": made, "checked": row.pk == keeper,
            "may_stay": "change" in may, "may_go": "delete" in may, "along": along(row, viewer),
        })  # fmt: skip
    return found


def along(row: RecordModel, viewer: Viewer) -> list[str]:
    """How many records of each type point to it: `Deals: 3`, those the person does not see counted together."""
    lines, hidden = [], 0
    for model, seen, everything in merging.counted(row, viewer.user):
        hidden += everything - seen
        if seen:
            lines.append(f"{registry.of(model).label_plural}: {formats.number(seen)}")
    if hidden:
        lines.append(ngettext("%(count)s you do not see", "%(count)s you do not see", hidden) % {"count": hidden})
    return lines


def proposed(rows: Sequence[RecordModel], viewer: Viewer) -> int:
    """The record that had better stay: to which most points, the older one of equals; one the person may change."""
    related = scopes.relations(viewer.principal, rows)
    able = [row for row in rows if scopes.allows(viewer.principal, type(row), "change", related[row.pk])] or rows
    weight: dict[int, int] = {row.pk: sum(n for _model, _seen, n in merging.counted(row, viewer.user)) for row in able}
    return min(weight, key=lambda pk: (-weight[pk], pk))


def fields(
    kind: RecordType, rows: Sequence[RecordModel], keeper: int, sent: Mapping[str, str], viewer: Viewer
) -> tuple[list[dict[str, Any]], list[str]]:
    """The fields in which the records differ, each with its values, and the names of those in which they do not.

    Of a field that is chosen from, the value of the keeper is checked, or the first there is; sets are united and long
    texts joined. `sent`: what was chosen before.
    """
    rights = scopes.fields(viewer.principal, kind.model)
    differing, same = [], []
    for name in kind.form_names():
        if not rights.shown(name):
            continue
        stored = [values.current(row, name) for row in rows]
        label = capital(kind_of(kind.model, name).label)
        if all(value == stored[0] for value in stored):
            same += [label] if stored[0] not in EMPTY else []
            continue
        ways = _way(kind, name, stored)
        chosen = _chosen(rows, stored, keeper, sent.get(f"{PREFIX}{name}", ""))
        differing.append({
            "name": f"{PREFIX}{name}", "label": label, "chooses": ways == "" and rights.writable(name), "how": ways,
            "cells": [
                {"pk": row.pk, "html": describing.value(kind, row, name), "checked": row.pk == chosen} for row in rows
            ],
        })  # fmt: skip
    return differing, same


def _way(kind: RecordType, name: str, stored: Sequence[Any]) -> str:
    if values.is_set(kind.model, name) or any(isinstance(value, list) for value in stored):
        return _("all of them")
    filled = [value for value in stored if value not in EMPTY]
    if merging.is_long(kind.model, name) and len(filled) > 1:
        return _("one below the other")
    return "" if len(filled) > 1 else _("what there is")


def _chosen(rows: Sequence[RecordModel], stored: Sequence[Any], keeper: int, sent: str) -> int:
    by_key = {row.pk: value for row, value in zip(rows, stored, strict=True)}
    if sent.isdecimal() and int(sent) in by_key:
        return int(sent)
    if by_key[keeper] not in EMPTY:
        return keeper
    return next((pk for pk, value in by_key.items() if value not in EMPTY), keeper)


def choices(kind: RecordType, sent: Mapping[str, str]) -> dict[str, int]:
    """Whose value each field takes, of what was sent."""
    found = {}
    for name in kind.form_names():
        key = sent.get(f"{PREFIX}{name}", "")
        if key.isdecimal() and len(key) < 18 and not merging.is_long(kind.model, name):
            found[name] = int(key)
    return found
