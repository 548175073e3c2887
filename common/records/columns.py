"""The columns a list can have: the declared ones, and every field of the form and the filters that may be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import TextField

from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.policy import scopes
from common.records import registry
from common.records.declaring import Column, RecordType, Viewer, Words
from common.records.fieldkinds import Kind, kind_of
from common.records.fieldkinds.references import ReferenceKind

NARROWEST, WIDEST = 48, 800
"""Pixels a column may be dragged to."""
LONGEST_CELL = 160


def declared(kind: RecordType, viewer: Viewer) -> list[Column]:
    """The declared columns this person may see: those a list has unless somebody chose others."""
    rights = scopes.fields(viewer.principal, kind.model)
    return [
        column for column in registry.columns(kind)
        if ((column.cell is not None or column.kind == "name") and not column.field)
        or rights.shown(column.field or column.key)
    ]  # fmt: skip


def offered(kind: RecordType, viewer: Viewer) -> dict[str, Column]:
    """Every column this person may choose, by key; the declared ones first."""
    found = {column.key: column for column in declared(kind, viewer)}
    rights = scopes.fields(viewer.principal, kind.model)
    for name in field_names(kind):
        if name not in found and rights.shown(name):
            found[name] = plain(kind.model, name)
    return found


def field_names(kind: RecordType) -> list[str]:
    """The fields of the form and of the filters, each once."""
    filters = [entry for entry in registry.filters(kind) if isinstance(entry, str)]
    return list(dict.fromkeys([*kind.form_names(), *filters]))


def exists(kind: RecordType, key: str) -> bool:
    """Whether the type has such a column, whoever may see it."""
    return key in field_names(kind) or any(column.key == key for column in registry.columns(kind))


def chosen(kind: RecordType, viewer: Viewer, keys: Sequence[str]) -> list[Column]:
    """The columns of these keys in their order, as far as they may be seen; without keys the declared ones.

    What names the row is always there.
    """
    if not keys:
        return declared(kind, viewer)
    known = offered(kind, viewer)
    found = [known[key] for key in dict.fromkeys(keys) if key in known]
    title = title_of(known)
    return found if title is None or title in found else [title, *found]


def title_of(known: Mapping[str, Column]) -> Column | None:
    """The column that names the row."""
    return next((column for column in known.values() if column.kind == "name"), None)


def plain(model: type[RecordModel], name: str) -> Column:
    """The column of a field that no type draws in its own way."""
    kind = kind_of(model, name)
    if isinstance(kind, ReferenceKind) and kind.is_set:
        return Column(
            name, field=name, load=lambda objs, viewer: dict(zip((o.pk for o in objs), kind.plains(objs), strict=True)),
            cell=lambda obj, extra, viewer: {"text": extra or ""},
        )  # fmt: skip
    if isinstance(kind.field, TextField):
        return Column(name, field=name, cell=lambda obj, extra, viewer: {"text": _shortened(kind.text(obj))})
    return Column(name)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_CELL else f"{line[:LONGEST_CELL]}…"


def kind_behind(kind: RecordType, column: Column) -> Kind | None:
    """The kind of the field a column shows as such; None for what is computed."""
    if column.kind == "name" or (column.cell is not None and not column.field):
        return None
    return kind_of(kind.model, column.field or column.key)


def words_over(kind: RecordType, column: Column) -> str:
    """What a column is called."""
    behind = kind_behind(kind, column)
    words: Words = column.label or (behind.label if behind else "")
    return str(words)


def label_of(kind: RecordType, column: Column) -> str:
    """What stands over a column."""
    return capital(words_over(kind, column))


def joins(kind: RecordType, columns: Sequence[Column]) -> list[str]:
    """The foreign keys a list must read along to draw these columns."""
    paths: list[str] = []
    for column in columns:
        behind = kind_behind(kind, column) if column.cell is None else None
        paths += [*column.related, *(behind.related if behind else ())]
    return list(dict.fromkeys(paths))


def read_widths(pairs: Mapping[str, Any], kind: RecordType) -> dict[str, int]:
    """Widths by column as they may be kept: of columns that exist, in pixels within bounds."""
    found = {}
    for key, value in pairs.items():
        text = str(value)
        if exists(kind, key) and text.isdecimal() and len(text) < 6:
            found[key] = min(max(int(text), NARROWEST), WIDEST)
    return found


def editable(kind: RecordType, viewer: Viewer) -> set[str]:
    """The fields this person may write on some rows: offered for editing in place, decided row by row."""
    if not viewer.principal.may(kind.key, "change"):
        return set()
    rights = scopes.fields(viewer.principal, kind.model)
    return {name for name in kind.form_names() if rights.writable(name)}
