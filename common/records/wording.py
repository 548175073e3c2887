"""What the cells of lists say where nothing can be drawn: in files of tables and on paper."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from common.records.declaring import Cell


def said(cell: Cell) -> str:
    """The words of a cell, whatever its kind."""
    if cell.get("stage"):
        return str(cell["stage"]["name"])
    if "people" in cell:
        return ", ".join(str(person["name"]) for person in cell["people"])
    if "tags" in cell:
        return ", ".join(map(str, cell["tags"]))
    if cell.get("signals"):
        return ", ".join(str(sign["label"]) for sign in cell["signals"])
    if "value" in cell and "text" not in cell:
        return str(_("yes")) if cell["value"] else ""
    parts: tuple[Any, ...] = (cell.get("text"), cell.get("when"))
    return " · ".join(str(part) for part in parts if part)
