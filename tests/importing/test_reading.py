"""Uploaded tables: every way they are written is found out, and no file breaks the reader."""

from __future__ import annotations

import io
import pickle
import random
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from common.importing import tables
from common.importing.errors import Unreadable
from tests.importing.files import HOSTILE, archive, broken, cell, seeds, sheet, workbook, zipped

GERMAN = "Name;Betrag;Tag\nMüller Straße;1.234,50;31.12.2026\nÉmile Zürich;-3,5;01.02.2026\n"
RUSSIAN = 'Имя,Сумма,Дата\nИванов Пётр,"1 234,50",31.12.2026\nЯна Юрьевна Щёголева,"2,5",01.02.2026\n'
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
MOST_MEMORY = 256 * 1024 * 1024


def rows(content: bytes, **changes: Any) -> list[list[Any]]:
    file = io.BytesIO(content)
    return [*tables.table(file, replace(tables.sniff(file), **changes))]


@pytest.mark.parametrize("encoding", [*UNICODE, "cp1252", "mac-roman"])
def test_western_texts_are_read_in_every_encoding(encoding: str) -> None:
    assert rows(GERMAN.encode(encoding))[1] == ["Müller Straße", "1.234,50", "31.12.2026"]


@pytest.mark.parametrize("encoding", [*UNICODE, "cp1251", "mac-cyrillic"])
def test_russian_texts_are_read_in_every_encoding(encoding: str) -> None:
    assert rows(RUSSIAN.encode(encoding))[2] == ["Яна Юрьевна Щёголева", "2,5", "01.02.2026"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (GERMAN, {"delimiter": ";", "decimal": ",", "thousands": ".", "dates": "dmy"}),
        (RUSSIAN, {"delimiter": ",", "decimal": ",", "thousands": " ", "dates": "dmy"}),
        ("a\tb\n1,234.5\t12/31/2026\n", {"delimiter": "\t", "decimal": ".", "thousands": ",", "dates": "mdy"}),
        ("a|b\n2.50|2026-12-31\n", {"delimiter": "|", "decimal": ".", "thousands": "", "dates": "ymd"}),
        ("a,b\n'x, y','1'\n'z','2'\n'u','3'\n", {"delimiter": ",", "quote": "'"}),
    ],
)
def test_how_a_text_is_written_is_found_out(text: str, found: dict[str, str]) -> None:
    reading = tables.sniff(io.BytesIO(text.encode()))
    assert {name: getattr(reading, name) for name in found} == found


def test_a_workbook_has_texts_numbers_days_and_no_formulas() -> None:
    found = rows(workbook([["a", "b", "c", "d"], ["x ", 1234.5, date(2026, 12, 31), datetime(2026, 1, 2, 3, 4)]]))
    assert found[1] == ["x", 1234.5, "2026-12-31", "2026-01-02 03:04:00"]
    assert rows(workbook([["a", "b"], ["=1+1", 3.0]]))[1] == ["", 3]


def test_a_web_page_that_calls_itself_a_workbook_is_read() -> None:
    page = "<html><meta charset='utf-8'><table><tr><th>ID<th>Название</tr><tr><td>1</td><td>А&amp;Б<br>В</td></table>"
    assert rows(page.encode()) == [["ID", "Название"], ["1", "А&Б\nВ"]]


def test_cards_of_all_versions_are_read() -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=\r\n=D0=B0;Petr\r\n"
        "TEL;CELL:+7 912 1\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Vogt\\, Petra\r\nitem1.EMAIL;TYPE=INTERNET:p@x.example\r\nNOTE:one\\ntwo \r\n"
        " three\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\nVERSION:4.0\nN:Vogt;Petra;;;\nTEL;VALUE=uri:tel:+49-30-1\nORG:Lackwerk;Purchasing\nEND:VCARD\n"
    )
    head, *found = rows(card.encode())
    told = [{name: value for name, value in zip(head, row, strict=False) if value} for row in found]
    assert told == [
        {"Last name": "Ива", "First name": "Petr", "Phone": "+7 912 1"},
        {"Full name": "Vogt, Petra", "E-mail": "p@x.example", "Note": "one\ntwo three"},
        {"Last name": "Vogt", "First name": "Petra", "Phone": "+49-30-1", "Organization": "Lackwerk"},
    ]


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    lying = sheet(f'<row r="1">{cell("a")}{cell("b", "B1")}</row><row r="2">{cell("1", "A2")}</row>').replace(
        "<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>'
    )
    assert rows(archive(sheet=lying)) == [["a", "b"], ["1"]]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bad_file_gets_a_sentence_and_soon(name: str) -> None:
    content, start = HOSTILE[name](), time.thread_time()
    with pytest.raises(Unreadable) as refused:
        rows(content)
    assert str(refused.value).endswith((".", "?"))
    assert time.thread_time() - start < 5


@pytest.mark.parametrize(
    ("files", "seed"), [(2_000, 7), pytest.param(20_000, 8, marks=pytest.mark.long, id="many")]
)  # fmt: skip
def test_broken_files_are_read_or_refused_and_nothing_else(files: int, seed: int, scale: float) -> None:
    chance = random.Random(seed)
    for turn in range(round(files * scale)):
        content = broken(chance.choice(seeds()), chance)
        try:
            found = rows(content)
        except Unreadable:
            continue
        assert all(isinstance(item, str | int | float) for row in found for item in row), turn


WEIGH = """
import django, io, pickle, re, sys
django.setup()
from common.importing import tables
for content in pickle.load(sys.stdin.buffer):
    try:
        file = io.BytesIO(content)
        if tables.archives.is_archive(file):
            for member in tables.archives.members(file):
                with tables.archives.unpacked(file, member.place) as unpacked:
                    tables.sniff(unpacked)
        else:
            for row in tables.table(file, tables.sniff(file)):
                pass
    except tables.Unreadable:
        pass
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the most memory of a process")
def test_memory_stays_flat_whatever_the_file() -> None:
    wide = workbook([[f"{row}-{column}" for column in range(12)] for row in range(20_000)])
    packed = zipped({f"{n}.csv": b"".join(b"%d,%d\n" % (n, n * n) for n in range(1_500_000)) for n in range(3)})
    made = pickle.dumps([wide, packed, *(make() for make in HOSTILE.values())])
    run = subprocess.run([sys.executable, "-c", WEIGH], input=made, capture_output=True, check=True)
    assert int(run.stdout.split()[-1]) * 1024 < MOST_MEMORY
