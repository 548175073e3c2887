"""Files that people upload, good and bad ones, made in code."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from openpyxl import Workbook

from tests.importing.driving import text_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    'Target="worksheets/sheet1.xml"/></Relationships>'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
    'sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.worksheet+xml"/></Types>'
)

COMPANIES = text_of([
    ["Record ID", "Company name", "Company Domain Name", "Company owner"],
    ["71", "Lackwerk", "lackwerk.example", ""], ["72", "Nordlicht", "nordlicht.example", ""],
])  # fmt: skip
CONTACTS = text_of([
    ["Record ID", "First Name", "Last Name", "Email", "Lifecycle Stage", "Associated Company IDs"],
    ["901", "Petra", "Vogt", "p@x.example", "Customer", "71"],
])  # fmt: skip
"""Two files of a HubSpot: the contact names its company by key."""


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    """Rows as an Excel file."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def archive(**members: str | bytes) -> bytes:
    """A workbook whose members are given by hand; `sheet` is the XML of its only sheet."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr("xl/workbook.xml", WORKBOOK)
        packed.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        packed.writestr("xl/worksheets/sheet1.xml", members.pop("sheet", ""))
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def sheet(inside: str, before: str = "") -> str:
    """The XML of a sheet with these rows."""
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'


def cell(text: str, ref: str = "A1") -> str:
    """A cell with its text in place."""
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


LAUGHS = (
    '<!DOCTYPE w [<!ENTITY a "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(2, 10))
).replace("&a1;", "&a;") + "]>"
OUTSIDE = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'

HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "blanks": lambda: b"\xef\xbb\xbf \r\n\t\x00",
    "picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
    "old workbook": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
    "archive without a table": lambda: zipped({"a.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}),
    "half an archive": lambda: workbook([["a", "b"]])[:900],
    "bomb": lambda: archive(**{"xl/media/big.xml": b"<a>" + b" " * 150_000_000}),
    "bomb of a sheet": lambda: archive(sheet=sheet(f'<row r="1">{cell("a")}</row>' + " " * 120_000_000)),
    "many members": lambda: archive(**{f"m{n}": b"" for n in range(2_100)}),
    "billion laughs": lambda: archive(sheet=sheet(f'<row r="1">{cell("&a9;")}</row>', LAUGHS)),
    "outside entity": lambda: archive(sheet=sheet(f'<row r="1">{cell("&x;")}</row>', OUTSIDE)),
    "one endless row": lambda: archive(
        sheet=sheet(f'<row r="1">{"".join(cell(str(random.random())) for _n in range(120_000))}</row>')
    ),
    "broken xml": lambda: archive(sheet="<worksheet><sheetData><row>"),
    "too many columns": lambda: text_of([[f"c{n}" for n in range(300)]]),
    "long cell": lambda: text_of([["a", "b"], ["x" * 40_000, "y"]]),
    "quotation mark never closed": lambda: b'a,b\n"1,2\n' + b"3,4\n" * 60_000,
    "one endless line": lambda: b"a," * 2_000_000,
    "page without a table": lambda: b"<html><body>" + b"<p>x" * 1_000,
    "page with an endless row": lambda: b"<table><tr>" + b"<td>x" * 5_000,
    "too many rows": lambda: b"a,b\n" + b"1,2\n" * 100_002,
}  # fmt: skip


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Files as an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return stream.getvalue()


@cache
def seeds() -> list[bytes]:
    """Good files of every kind, which are broken at random."""
    rows = [["First name", "E-mail", "Amount", "Day"], ["Петра", "p@x.example", "1 234,50", "31.12.2026"]] * 4
    return [
        text_of(rows), text_of(rows, ";"), text_of(rows, "\t").decode().encode("utf-16"),
        text_of(rows).decode().encode("cp1251"), workbook(rows),
        b"<html><table><tr><td>a</td><td>b</td></tr><tr><td>1<br>2</td><td>&#x41;&lt;</td></tr></table></html>",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Vogt;Petra\r\nTEL;TYPE=WORK:+49 30 1\r\nNOTE:a\\nb\r\nEND:VCARD\r\n" * 3,
    ]  # fmt: skip


def broken(good: bytes, chance: random.Random) -> bytes:
    """A file with some of its bytes changed, cut out, doubled or cut off."""
    found = bytearray(good)
    for _turn in range(chance.randint(1, 6)):
        place = chance.randrange(len(found) or 1)
        match chance.randrange(4):
            case 0:
                found[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del found[place : place + chance.randrange(1, 40)]
            case 2:
                found[place:place] = found[place : place + 60] * chance.randrange(1, 5)
            case 3:
                found = found[: place + 1]
    return bytes(found)
