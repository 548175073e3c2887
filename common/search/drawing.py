"""How hits look: what stands in a line of the palette and of the search page."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common.kinds.spelling import sound
from common.people.models import User
from common.records import columns as listed
from common.records.declaring import Cell, Column, RecordType, Viewer
from common.records.fieldkinds import kind_of
from common.records.finding import Asked, marks
from common.search.commands import Command
from common.search.selectors.hits import Hits

SLOTS = ("sub", "amount", "state")


def group(hits: Hits, asked: Asked, viewer: Viewer) -> dict[str, Any]:
    """A group of the palette: its hits, and where all of them are."""
    query = urlencode({"all": 1, "q": asked.text})
    return {
        "key": hits.kind.key, "label": hits.kind.label_plural, "rows": rows(hits.kind, hits.rows, viewer, marks(asked)),
        "more_url": f"{hits.kind.url('list')}?{query}" if hits.more else "",
    }  # fmt: skip


def rows(kind: RecordType, objs: Sequence[Any], viewer: Viewer, marked: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Lines of one type: glyph or icon, title, note; at the right the amount, else the state."""
    columns = [column for column in listed.declared(kind, viewer) if column.slot in SLOTS]
    extras: dict[str, Mapping[int, Any]] = {c.key: c.load(objs, viewer) for c in columns if c.load}
    drawn = []
    for obj in objs:
        cells = {c.slot: _cell(kind, c, obj, extras.get(c.key, {}), viewer) for c in columns}
        state, amount = cells.get("state", {}), cells.get("amount", {}).get("text", "")
        notes = [cells.get("sub", {}).get("text", ""), kind.number_of(obj)]
        if not amount and state.get("text"):
            amount = str(state["text"])
        drawn.append({
            "url": kind.page_url(obj), "icon": kind.icon, "stage": state.get("stage"), "right": amount,
            "title": emphasised(obj.title, marked),
            "note": emphasised(" · ".join(str(note) for note in notes if note), marked), "acts": True,
        })  # fmt: skip
    return drawn


def _cell(kind: RecordType, column: Column, obj: Any, extra: Mapping[int, Any], viewer: Viewer) -> Cell:
    if column.cell is not None:
        return column.cell(obj, extra.get(obj.pk), viewer)
    return kind_of(kind.model, column.key).cell(obj)


def person_row(person: User) -> dict[str, Any]:
    """A person the palette found."""
    return {
        "url": reverse("search:person", args=[person.pk]), "title": person.full_name,
        "note": str(person.department or ""), "right": "",
        "person": {"name": person.full_name, "initials": person.initials, "tint": person.tint},
    }  # fmt: skip


def command_row(command: Command) -> dict[str, Any]:
    """A command as a line."""
    return {
        "url": command.url, "icon": command.icon, "title": command.label, "note": command.note, "key": command.key,
        "posts": command.posts, "quick": command.quick,
    }  # fmt: skip


def commands_group(commands: Sequence[Command], label: str = "") -> dict[str, Any]:
    """Commands as a group."""
    return {"key": "commands", "label": label or _("Actions"), "rows": [command_row(command) for command in commands]}


def emphasised(text: str, marked: Sequence[str]) -> SafeString:
    """The text with the parts that were found in bold; a word that only sounds like it as a whole."""
    pieces = _pieces(text, _spans(text, marked))
    return format_html_join("", "{}", ((format_html("<b>{}</b>", part) if bold else part,) for part, bold in pieces))


def _spans(text: str, marked: Sequence[str]) -> list[tuple[int, int]]:
    """Where what was found stands, from the left, none within another."""
    folded, places = _folded(text)
    spans: list[tuple[int, int]] = []
    for mark in marked:
        start = folded.find(mark)
        while start >= 0:
            spans.append((places[start], places[start + len(mark) - 1] + 1))
            start = folded.find(mark, start + len(mark))
    if not spans:
        at = 0
        for word in folded.split(" "):
            if any(mark in sound(word) for mark in marked if not word.isascii()):
                spans.append((places[at], places[at + len(word) - 1] + 1))
            at += len(word) + 1
    return _apart(sorted(spans))


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as words are compared, and for each of its letters the place it has in the text."""
    letters, places = [], []
    for place, letter in enumerate(text):
        for one in unicodedata.normalize("NFKC", letter).casefold().replace("ё", "е"):
            letters.append(" " if one.isspace() else one)
            places.append(place)
    return "".join(letters), places


def _apart(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return kept


def _pieces(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces, at = [], 0
    for start, end in spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [(part, bold) for part, bold in pieces if part]
