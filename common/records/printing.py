"""What stands on paper: the rows of a list, or records with facts, fields and parts, as the viewer may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.kinds import formats
from common.organisation.selectors import own_company
from common.records import lists
from common.records.columns import kind_behind
from common.records.declaring import Column
from common.records.paper import MOST_COLUMNS_UPRIGHT, Head, Paper
from common.records.state import ListState
from common.records.wording import said

MOST_ROWS, MOST_RECORDS = 1000, 50


def paper(title: str, *, wide: bool = False) -> Paper:
    """A file of this company, of today."""
    company, today = str(own_company() or "Kontor CRM"), formats.full_date(formats.viewer_today())
    return Paper(title, company=company, today=today, wide=wide)


def rows_of(state: ListState) -> list[Any]:
    """The first rows of a list, up to what is printed."""
    return list(state.page(lambda rows: state.kind.select_listed(rows, state.joins()), size=MOST_ROWS).rows)


def cap_words(shown: int, total: int, most: int) -> str:
    """That there are more than are printed; nothing where there are not."""
    if total <= shown or shown < most:
        return ""
    return _("Only the first %(shown)s of %(total)s are here. Narrow the filter, or export all.") % {
        "shown": formats.number(shown), "total": formats.number(total),
    }  # fmt: skip


def list_file(state: ListState) -> bytes:
    """A list as it is shown: its filter in words, its rows and columns, its sums."""
    kind, columns = state.kind, [column for column in state.columns if column.kind != "signals"]
    file = paper(str(kind.label_plural), wide=len(columns) > MOST_COLUMNS_UPRIGHT)
    objs = rows_of(state)
    total = len(objs) if len(objs) < MOST_ROWS else state.visible().count()
    file.title(str(kind.label_plural), formats.number(total))
    file.text(lists.sentence(state), grey=True)
    if told := cap_words(len(objs), total, MOST_ROWS):
        file.text(told)
    file.y -= 8
    heads = [
        Head(head["label"], head["numeric"]) for head in lists.head_of(state) if head["key"] in {c.key for c in columns}
    ]
    drawn = [_texts(state, column, objs) for column in columns]
    file.table(heads, list(zip(*drawn, strict=True)) if drawn else [])
    totals = lists.totals(state)
    file.y -= 6
    file.pairs([(str(entry["label"]), str(entry["value"])) for entry in totals["sums"]])
    if totals.get("parts"):
        file.text(totals["parts"], grey=True)
    return file.finish()


def _texts(state: ListState, column: Column, objs: Sequence[Any]) -> list[str]:
    """What a column says in each row."""
    if column.cell is not None:
        extras = column.load(objs, state.viewer) if column.load else {}
        return [said(column.cell(obj, extras.get(obj.pk), state.viewer)) for obj in objs]
    behind = kind_behind(state.kind, column)
    return [behind.text(obj) for obj in objs] if behind is not None else [obj.title for obj in objs]


@dataclass(frozen=True)
class Sheet:
    """A record on paper: `tables` are (label, data of a table panel)."""

    title: str
    number: str
    kind: str
    facts: Sequence[dict[str, Any]] = ()
    fields: Sequence[dict[str, Any]] = ()
    tables: Sequence[tuple[str, dict[str, Any]]] = field(default_factory=tuple)


def records_file(title: str, sheets: Sequence[Sheet], left_out: int = 0) -> bytes:
    """Records, each from the top of a page; `left_out`: how many more were asked for."""
    file = paper(title)
    if left_out:
        words = ngettext("%(count)s more record is not here: at most %(most)s at once.",
                         "%(count)s more records are not here: at most %(most)s at once.", left_out)  # fmt: skip
        file.text(words % {"count": formats.number(left_out), "most": MOST_RECORDS})
    for at, sheet in enumerate(sheets):
        if at:
            file.page()
        _write(file, sheet)
    return file.finish()


def _write(file: Paper, sheet: Sheet) -> None:
    file.title(sheet.title, f"{sheet.kind} {sheet.number}")
    facts = [(str(fact["label"]), _fact_words(fact)) for fact in sheet.facts if "label" in fact]
    if facts:
        file.pairs(facts)
    file.heading(_("Details"))
    file.pairs([(str(entry["label"]), str(entry["value"] or "—")) for entry in sheet.fields])
    for label, data in sheet.tables:
        if not data.get("rows"):
            continue
        file.heading(label)
        heads = [Head(str(column["label"]), bool(column.get("numeric"))) for column in data["columns"]]
        file.table(heads, [[_plain(cell) for cell in row["cells"]] for row in data["rows"]])
        if foot := data.get("foot"):
            file.text(" ".join(str(cell["text"]) for cell in foot))


def _fact_words(fact: dict[str, Any]) -> str:
    """What a cell of the fact strip says."""
    if fact.get("people"):
        return ", ".join(str(person["name"]) for person in fact["people"])
    value = fact["badge"]["text"] if fact.get("badge") else fact.get("value")
    return " · ".join(str(part) for part in (value, fact.get("note")) if part) or "—"


def _plain(cell: dict[str, Any]) -> str:
    """The words of a drawn cell."""
    return unescape(strip_tags(str(cell["html"]))).strip()
