"""Address cards (vCard 2.1, 3.0 and 4.0) as rows of a table."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterable, Iterator
from typing import IO

from django.utils.translation import gettext as _

from common.importing.errors import Unreadable
from common.importing.tables.limits import LONGEST_CELL, Row, clean
from common.importing.tables.text import lines

HEADERS = (
    "UID", "Full name", "First name", "Last name", "Organization", "Title", "E-mail", "E-mail 2", "Phone", "Phone 2",
    "Website", "Street", "City", "Postal code", "Country", "Birthday", "Note",
)  # fmt: skip
MOST_LINES = 20_000
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
PLACES = {"UID": "UID", "FN": "Full name", "TITLE": "Title", "URL": "Website", "BDAY": "Birthday", "NOTE": "Note"}
Card = dict[str, str]


def looks_like(sample: bytes) -> bool:
    """Whether a file begins like a card."""
    return sample.removeprefix(b"\xef\xbb\xbf").lstrip()[:11].upper() == b"BEGIN:VCARD"


def rows(file: IO[bytes], encoding: str) -> Iterator[Row]:
    """A head, then a row for each card. Raises `Unreadable`."""
    yield list(HEADERS)
    card: Card | None = None
    for line in _unfolded(lines(file, encoding)):
        word = line.strip().upper()
        if word == "BEGIN:VCARD":
            card = {}
        elif word == "END:VCARD" and card is not None:
            yield [clean(card.get(name, ""))[:LONGEST_CELL] for name in HEADERS]
            card = None
        elif card is not None:
            _take(card, line)


def _unfolded(parts: Iterable[str]) -> Iterator[str]:
    """The logical lines: folded ones begin with a space, quoted-printable ones end with `=`."""
    whole: list[str] = []
    for part in parts:
        line = part.rstrip("\n")
        if whole and whole[-1].endswith("=") and "QUOTED-PRINTABLE" in whole[0].upper():
            whole[-1] = whole[-1][:-1]
            whole.append(line)
        elif whole and line[:1] in (" ", "\t"):
            whole.append(line[1:])
        else:
            yield "".join(whole)
            whole = [line]
        if len(whole) > MOST_LINES:
            raise Unreadable(_("A card of this file holds too much."))
    yield "".join(whole)


def _take(card: Card, line: str) -> None:
    head, colon, value = line.partition(":")
    first, *given = head.split(";")
    name = first.rpartition(".")[2].strip().upper()
    if not colon or name in ("PHOTO", "LOGO", "SOUND", "KEY"):
        return
    said = _decoded(value, [item.upper() for item in given])
    if name == "N":
        for place, part in zip(("Last name", "First name"), _parts(said, ";"), strict=False):
            _put(card, place, part)
    elif name == "ORG":
        _put(card, "Organization", _parts(said, ";")[0])
    elif name == "ADR":
        _post, _more, street, city, _region, code, country = (_parts(said, ";") + [""] * 7)[:7]
        for place, part in (("Street", street), ("City", city), ("Postal code", code), ("Country", country)):
            _put(card, place, part)
    elif name in ("EMAIL", "TEL"):
        place = "E-mail" if name == "EMAIL" else "Phone"
        text = _plain(said).removeprefix("tel:").removeprefix("mailto:")
        _put(card, place if place not in card else f"{place} 2", text)
    elif name in PLACES:
        _put(card, PLACES[name], _plain(said))


def _put(card: Card, place: str, text: str) -> None:
    """The first of several counts."""
    if text.strip():
        card.setdefault(place, text.strip())


def _decoded(value: str, given: list[str]) -> str:
    charset = next((item.partition("=")[2] for item in given if item.startswith("CHARSET=")), "utf-8")
    try:
        if any("QUOTED-PRINTABLE" in item for item in given):
            return quopri.decodestring(value.encode("utf-8", "replace")).decode(charset, "replace")
        if any(item in ("ENCODING=BASE64", "ENCODING=B", "BASE64") for item in given):
            return binascii.a2b_base64(value).decode(charset, "replace")
    except (LookupError, binascii.Error, ValueError):
        return ""
    return value


def _parts(text: str, mark: str) -> list[str]:
    return [_plain(part) for part in re.split(rf"(?<!\\){mark}", text)]


def _plain(text: str) -> str:
    return ESCAPED.sub(lambda found: "\n" if found.group(1) in "nN" else found.group(1), text)
