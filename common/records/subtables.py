"""Cells of the small tables inside a record page."""

from __future__ import annotations

from typing import Any


def text_cell(text: object, *, numeric: bool = False, hide_phone: bool = False) -> dict[str, Any]:
    """Plain text."""
    return _cell("text", numeric=numeric, hide_phone=hide_phone, text="" if text is None else str(text))


def link_cell(text: object, url: str, *, hide_phone: bool = False) -> dict[str, Any]:
    """A link."""
    return _cell("link", numeric=False, hide_phone=hide_phone, text=str(text), url=url)


def money_cell(text: str, *, hide_phone: bool = False) -> dict[str, Any]:
    """An amount that is formatted already."""
    return _cell("money", numeric=True, hide_phone=hide_phone, text=text)


def date_cell(text: str, iso: str, *, tone: str = "", title: str = "") -> dict[str, Any]:
    """A day."""
    return _cell("date", numeric=False, hide_phone=False, text=text, iso=iso, tone=tone, title=title)


def stage_cell(stage: dict[str, Any] | None) -> dict[str, Any]:
    """A stage with its glyph."""
    return _cell("stage", numeric=False, hide_phone=False, stage=stage)


def certainty_cell(value: str, text: str) -> dict[str, Any]:
    """How sure a payment is."""
    return _cell("certainty", numeric=False, hide_phone=False, value=value, text=text)


def _cell(kind: str, *, numeric: bool, hide_phone: bool, **data: Any) -> dict[str, Any]:
    return {
        "kind": kind, "partial": f"partials/cells/{kind}.html", "numeric": numeric, "hide_phone": hide_phone, **data,
    }  # fmt: skip
