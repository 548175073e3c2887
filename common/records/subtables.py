"""Cells of the small tables inside a record page."""

from __future__ import annotations

from typing import Any

from common.records import cells
from common.records.calls import dialled

Drawn = dict[str, Any]


def text_cell(text: object, *, numeric: bool = False, hide_phone: bool = False) -> Drawn:
    """Plain text."""
    return _drawn("text", {"text": "" if text is None else str(text)}, numeric=numeric, hide_phone=hide_phone)


def link_cell(text: object, url: str, *, hide_phone: bool = False) -> Drawn:
    """A link."""
    return _drawn("link", {"text": str(text), "url": url}, hide_phone=hide_phone)


def phone_cell(row: Any) -> Drawn:
    """The telephone of somebody; a call from here was with them."""
    return _drawn("phone", dialled(row))


def money_cell(text: str, url: str = "", *, hide_phone: bool = False) -> Drawn:
    """An amount that is formatted already, perhaps a link."""
    drawn = _drawn("money", {"text": text}, numeric=True, hide_phone=hide_phone)
    return {**drawn, "html": cells.draw("link", {"text": text, "url": url})} if url else drawn


def date_cell(text: str, iso: str, *, tone: str = "", title: str = "") -> Drawn:
    """A day."""
    return _drawn("date", {"text": text, "iso": iso, "tone": tone, "title": title})


def stage_cell(stage: dict[str, Any] | None) -> Drawn:
    """A stage with its glyph."""
    return _drawn("stage", {"stage": stage})


def certainty_cell(value: str, text: str) -> Drawn:
    """How sure a payment is."""
    return _drawn("certainty", {"value": value, "text": text})


def _drawn(kind: str, data: cells.Cell, *, numeric: bool = False, hide_phone: bool = False) -> Drawn:
    css = cells.css(kind, numeric=numeric) + (" k-hide-phone" if hide_phone else "")
    return {"css": css, "html": cells.draw(kind, data)}
