"""How each kind of cell looks: the one home of cell markup, for lists, boards and the tables inside pages.

Written as text and not as templates: a list draws hundreds of cells, and a template for each costs more than
everything else on the page. A kind is a function of the cell's data to escaped HTML.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.records import glyphs

Cell = dict[str, Any]
NOTHING = '<span class="k-none">—</span>'
SIGNAL_ICONS = {
    "mail": ("mail-filled", "k-blue"), "chat": ("message-circle-filled", "k-red"), "reminder": ("alarm", "k-amber"),
    "files": ("paperclip", "k-muted"), "payment": ("cash", "k-green"),
}  # fmt: skip


def icon(name: str, label: str = "", css: str = "") -> str:
    """A sign of the sprite."""
    return glyphs.icon(name, label=label, css=css)


def sign(name: str, label: str, css: str = "") -> str:
    """A sign that says what it means to screen readers and under the pointer."""
    return f'<span title="{said(label)}">{icon(name, label, css)}</span>'


def said(value: object) -> str:
    """Escaped text."""
    return escape(str(value))


def tip(title: object) -> str:
    """The tooltip, where there is one."""
    return f' title="{said(title)}"' if title else ""


def text(cell: Cell) -> str:
    """Plain text, cut where the column ends. Cell: text."""
    return f'<span class="k-cut">{said(cell["text"])}</span>' if cell.get("text") else NOTHING


def link(cell: Cell) -> str:
    """A name that opens. Cell: text, url, star, rule {word, tone} (the colour rule the row meets), take (a button)."""
    if not cell.get("text"):
        return NOTHING
    star = sign("star-filled", _("Important"), "k-star") if cell.get("star") else ""
    rule = cell.get("rule")
    word = (
        f'<span class="k-toned k-tone-{said(rule["tone"])}"{tip(rule["word"])}>'
        f'<span class="k-sr">{said(rule["word"])}</span></span>'
        if rule
        else ""
    )
    return (
        f'<span class="k-namecell"><a class="k-cut" href="{said(cell.get("url", ""))}">{said(cell["text"])}</a>'
        f"{star}{word}{take(cell['take']) if cell.get('take') else ''}</span>"
    )


def take(button: dict[str, str]) -> str:
    """The button that makes a row its reader's own: of the form `k-row`, not of the list's. url, icon, label, told."""
    return (
        f'<button class="k-take" form="k-row" formaction="{said(button["url"])}"{tip(button["label"])}>'
        f"{icon(button['icon'], button['told'])}</button>"
    )


def phone(cell: Cell) -> str:
    """A number to call, with whom the call is. Cell: text, url (none: hidden), pk, who."""
    if not cell.get("url"):
        return text(cell)
    return (
        f'<a class="k-num" href="{said(cell["url"])}" data-call-with="{said(cell["pk"])}"'
        f' data-call-who="{said(cell["who"])}">{said(cell["text"])}</a>'
    )


def stage(cell: Cell) -> str:
    """Glyph and name. Cell: stage {outcome, index, of, name}."""
    found = cell.get("stage")
    if not found:
        return NOTHING
    return f'<span class="k-stage">{glyphs.stage_glyph(found)}<span class="k-cut">{said(found["name"])}</span></span>'


def money(cell: Cell) -> str:
    """Money with its currency. Cell: text, title (the rate, or the cents)."""
    return f'<span class="k-num"{tip(cell.get("title"))}>{said(cell["text"])}</span>' if cell.get("text") else NOTHING


def next_step(cell: Cell) -> str:
    """The loudest cell. Cell: state (overdue, today, none, later or empty), text, when, kind_icon."""
    state = cell.get("state")
    if not state:
        return NOTHING
    if state == "none":
        words = said(_("No next step"))
        mark = icon("alert-triangle")
        return f'<span class="k-next k-next-none">{mark}<span class="k-next-text">{words}</span></span>'
    mark = (
        icon("alert-circle-filled", _("Overdue"))
        if state == "overdue"
        else icon("clock-filled", _("Today"))
        if state == "today"
        else icon(cell.get("kind_icon") or "calendar-event")
    )
    return (
        f'<span class="k-next k-next-{said(state)}">{mark}<span class="k-next-text k-cut">{said(cell["text"])}</span>'
        f'<span class="k-next-when">{said(cell["when"])}</span></span>'
    )


def day(cell: Cell) -> str:
    """A day. Cell: text, iso, tone (red, amber, green or empty), title."""
    if not cell.get("text"):
        return NOTHING
    tone = f" k-{said(cell['tone'])}" if cell.get("tone") else ""
    iso = f' datetime="{said(cell["iso"])}"' if cell.get("iso") else ""
    return f'<time class="k-num{tone}"{iso}{tip(cell.get("title"))}>{said(cell["text"])}</time>'


def people(cell: Cell) -> str:
    """Owners side by side. Cell: people [{name, initials, tint}], name (write the only one's name too)."""
    shown = cell.get("people") or []
    if not shown:
        return f'<span class="k-people">{NOTHING}</span>'
    drawn = "".join(str(glyphs.avatar(person, 20)) for person in shown)
    name = f'<span class="k-cut">{said(shown[0]["name"])}</span>' if cell.get("name") and len(shown) == 1 else ""
    return f'<span class="k-people">{drawn}{name}</span>'


def days(cell: Cell) -> str:
    """Days in the stage. Cell: text ("6 d"), tone (amber or red), title."""
    title = tip(cell.get("title"))
    if cell.get("tone"):
        flame = icon("flame-filled" if cell["tone"] == "red" else "flame")
        return f'<span class="k-badge k-badge-{said(cell["tone"])}"{title}>{flame}{said(cell["text"])}</span>'
    return f'<span class="k-num k-ink-2"{title}>{said(cell.get("text") or "—")}</span>'


def truth(cell: Cell) -> str:
    """Yes, or nothing. Cell: value."""
    return icon("check", _("yes")) if cell.get("value") else NOTHING


def tags(cell: Cell) -> str:
    """Words. Cell: tags [text]."""
    drawn = "".join(f'<span class="k-tag">{said(tag)}</span>' for tag in cell.get("tags") or ())
    return f'<span class="k-tags k-tags-line">{drawn}</span>'


def badge(cell: Cell) -> str:
    """A badge. Cell: text, tone, icon, title."""
    if not cell.get("text"):
        return NOTHING
    tone = f" k-badge-{said(cell['tone'])}" if cell.get("tone") else ""
    mark = icon(cell["icon"]) if cell.get("icon") else ""
    return f'<span class="k-badge{tone}"{tip(cell.get("title"))}>{mark}{said(cell["text"])}</span>'


def certainty(cell: Cell) -> str:
    """How sure a payment is. Cell: value (received, guaranteed, high, low), text."""
    glyph = glyphs.certainty_glyph(cell["value"])
    return f'<span class="k-certainty">{glyph}<span>{said(cell["text"])}</span></span>'


def signals(cell: Cell) -> str:
    """At most three signs, or New. Cell: new, signals [{kind, label}]."""
    if cell.get("new"):
        new = pgettext("record", "New")
        drawn = f'<span class="k-badge k-badge-accent">{new}</span>'
    else:
        known = ((SIGNAL_ICONS.get(told["kind"]), told["label"]) for told in cell.get("signals") or ())
        drawn = "".join(sign(found[0], str(label), found[1]) for found, label in known if found)
    return f'<span class="k-signals">{drawn}</span>'


DRAWN: dict[str, Callable[[Cell], str]] = {
    "text": text, "link": link, "name": link, "company": link, "stage": stage, "money": money, "next": next_step,
    "date": day, "people": people, "days": days, "bool": truth, "tags": tags, "badge": badge,
    "certainty": certainty, "signals": signals, "phone": phone,
}  # fmt: skip


def draw(kind: str, cell: Cell) -> SafeString:
    """A cell as HTML."""
    return mark_safe(DRAWN[kind](cell))  # noqa: S308  # nosec B308 B703  # every kind above escapes what it is given


def row(drawn: Iterable[tuple[str, SafeString]]) -> SafeString:
    """The cells of a table row, as (classes, HTML)."""
    html = "".join(f'<td class="{classes}">{cell}</td>' for classes, cell in drawn)
    return mark_safe(html)  # noqa: S308  # nosec B308 B703  # both ours


def css(kind: str, *, numeric: bool = False, priority: int | None = None, slot: str = "") -> str:
    """The classes of a table cell of this kind."""
    more = (" k-right" if numeric else "", f" k-p{priority}" if priority else "", f" k-s-{slot}" if slot else "")
    return f"k-c-{kind}{''.join(more)}"
