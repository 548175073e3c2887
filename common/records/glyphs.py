"""The small drawn things of every page: icon, avatar, stage and certainty glyphs. The same one is drawn once."""

from __future__ import annotations

import math
import zlib
from functools import lru_cache
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TINTS = 6
DECORATIVE = format_html('aria-hidden="{}"', "true")
GLYPH = 'class="k-glyph{}" width="{}" height="{}" viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false"'


def read(thing: Any, name: str, default: Any = None) -> Any:
    """A key of a dict or an attribute of an object."""
    if isinstance(thing, dict):
        return thing.get(name, default)
    return getattr(thing, name, default)


def icon(name: str, size: int = 16, label: str = "", *, filled: bool = False, css: str = "") -> SafeString:
    """A symbol of the sprite; decorative unless it has a label. `mail` with filled equals `mail-filled`."""
    return _icon(f"{name}-filled" if filled else name, size, str(label), css)


@lru_cache(maxsize=2048)
def _icon(symbol: str, size: int, label: str, css: str) -> SafeString:
    alternative = alternative_of(label)
    return format_html(
        '<svg class="k-icon{}" width="{}" height="{}" {} focusable="false"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        size,
        size,
        alternative,
        static("kontor/icons.svg"),
        symbol,
    )


def alternative_of(label: str) -> SafeString:
    return format_html('role="img" aria-label="{}"', label) if label else DECORATIVE


def initials_of(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def avatar(person: Any, size: int = 22, *, decorative: bool = False) -> SafeString:
    """Initials on a tint; a company (or `square`) is square. Reads name, initials, tint, square."""
    if not person:
        return format_html("{}", "")
    name = str(read(person, "name") or read(person, "display_name") or person)
    tint = read(person, "tint")
    if tint is None:
        tint = zlib.crc32(name.encode()) % TINTS
    square = bool(read(person, "square"))
    css = f" k-avatar-{size}" if size != 22 else ""
    css += " k-avatar-square" if square else f" k-tint-{tint}" if tint != "none" else ""
    return _avatar(name, read(person, "initials") or initials_of(name), css, decorative=decorative)


@lru_cache(maxsize=2048)
def _avatar(name: str, text: str, css: str, *, decorative: bool) -> SafeString:
    if decorative:
        return format_html('<span class="k-avatar{}" aria-hidden="true">{}</span>', css, text)
    return format_html(
        '<span class="k-avatar{}" role="img" aria-label="{}" title="{}">{}</span>', css, name, name, text
    )


@lru_cache(maxsize=512)
def pie(share: float, size: int, css: str = "") -> SafeString:
    share = min(max(share, 0.0), 0.999)
    angle = share * 2 * math.pi
    x, y = 8 + 4.1 * math.sin(angle), 8 - 4.1 * math.cos(angle)
    wedge = f"M8 8V3.9A4.1 4.1 0 {int(share > 0.5)} 1 {x:.2f} {y:.2f}Z" if share > 0 else ""
    return format_html(
        f'<svg {GLYPH}><circle cx="8" cy="8" r="6.1" stroke="currentColor" stroke-width="1.5"/>'
        '<path d="{}" fill="currentColor"/></svg>',
        css,
        size,
        size,
        wedge,
    )


def stage_glyph(stage: Any, size: int = 16) -> SafeString:
    """Pie i/(n+1) of an open stage, check when won, cross when lost. Reads outcome, index, of, tone."""
    outcome = read(stage, "outcome") or "open"
    if outcome == "open":
        index, of = int(read(stage, "index", 1) or 0), int(read(stage, "of", 1) or 1)
        tone = read(stage, "tone") or "accent"
        return pie(index / (of + 1), size, "" if tone == "accent" else f" k-tone-{tone}")
    return _end_glyph(outcome, size)


@lru_cache(maxsize=16)
def _end_glyph(outcome: str, size: int) -> SafeString:
    mark = "m5.2 8.2 2 2 3.7-4.1" if outcome == "won" else "m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"
    return format_html(
        f'<svg {GLYPH}><circle cx="8" cy="8" r="6.9" fill="currentColor"/>'
        '<path class="k-glyph-mark" d="{}" stroke-width="1.6" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>',
        f" k-glyph-{'won' if outcome == 'won' else 'lost'}",
        size,
        size,
        mark,
    )


@lru_cache(maxsize=16)
def certainty_glyph(value: str, size: int = 16) -> SafeString:
    """How sure a payment is: received, guaranteed, high, low."""
    if value == "received":
        return stage_glyph({"outcome": "won"}, size)
    full = {"guaranteed": 3, "high": 2, "low": 1}.get(value, 0)
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="3.6" height="{}" rx="1" stroke="currentColor" stroke-width="1" '
        'fill="{}" opacity="{}"/>',
        (
            (x, 14 - height, height, "currentColor" if place < full else "none", 1 if place < full else 0.45)
            for place, (x, height) in enumerate(((1.2, 4.5), (6.2, 7.5), (11.2, 10.5)))
        ),
    )
    return format_html(
        f"<svg {GLYPH}>{{}}</svg>", " k-glyph-grey" if value == "low" else " k-glyph-blue", size, size, bars
    )
