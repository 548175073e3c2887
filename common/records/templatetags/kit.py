"""Tags that draw the small things of every page: icon, avatar, stage and certainty glyphs, bars, cells."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.records import cells, glyphs

register = template.Library()
register.simple_tag(glyphs.icon)
register.simple_tag(glyphs.avatar)
register.simple_tag(glyphs.stage_glyph)
register.simple_tag(glyphs.certainty_glyph, name="certainty_glyph")


@register.simple_tag
def share_bar(parts: Any, tick: float | None = None, height: int = 8, label: str = "") -> SafeString:
    """A bar of [(percent, fill)]; fill: green, blue, hatch-blue, hatch-grey, grey or accent."""
    left, cells = 0.0, []
    for share, fill in parts:
        width = min(max(float(share), 0.0), 100.0 - left)
        if width:
            cells.append((f"{left:.2f}%", f"{width:.2f}%", height, fill))
        left += width
    rects = format_html_join(
        "",
        '<rect x="{}" width="{}" height="{}" {}/><rect class="k-bar-gap" x="{}" width="1" height="{}"/>',
        (
            (
                x,
                width,
                high,
                format_html('fill="url(#k-{})"', fill)
                if fill.startswith("hatch")
                else format_html('class="k-fill-{}"', fill),
                x,
                high if x != "0.00%" else 0,
            )
            for x, width, high, fill in cells
        ),
    )
    mark = (
        format_html('<rect class="k-fill-ink" x="{}%" width="2" height="{}"/>', f"{tick:.2f}", height + 8)
        if tick is not None
        else ""
    )
    top = 4 if tick is not None else 0
    name = glyphs.alternative_of(label)
    return format_html(
        '<svg class="k-sharebar" width="100%" height="{}" {}><g transform="translate(0 {})">'
        '<rect class="k-fill-empty" width="100%" height="{}"/>{}</g>{}</svg>',
        height + 2 * top,
        name,
        top,
        height,
        rects,
        mark,
    )


@register.simple_tag
def cell(kind: str, data: Any) -> SafeString:
    """A cell of a kind outside a table (`common/records/cells.py`)."""
    return cells.draw(kind, data)


@register.filter
def file_icon(name: str) -> str:
    """The icon of a file, by the ending of its name."""
    ending = str(name).rpartition(".")[2].lower()
    if ending == "pdf":
        return "file-type-pdf"
    if ending in {"xls", "xlsx", "csv", "ods"}:
        return "file-spreadsheet"
    if ending in {"png", "jpg", "jpeg", "gif", "webp", "svg"}:
        return "photo"
    return "file-text"
