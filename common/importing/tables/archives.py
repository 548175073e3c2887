"""Archives (ZIP): weighed before anything of them is unpacked, then unpacked one file at a time."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from common.files.services import safe_name
from common.importing.errors import Unreadable
from common.importing.tables.limits import require_size

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
MOST_FILES, MOST_MEMBERS, MOST_UNPACKED, MOST_RATIO = 100, 2_000, 200 * 1024 * 1024, 100
SMALL = 1024 * 1024
"""Archives that unpack to less may be packed as tightly as they like."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED, SAYS_UTF8 = 0x1, 0x800
BLOCK = 64 * 1024


@dataclass(frozen=True)
class Member:
    """A file of an archive: its place among all, its name without folders, told apart from others of that name."""

    place: int
    name: str
    size: int


def looks_like(sample: bytes) -> bool:
    """Whether a file begins like an archive."""
    return sample.startswith(SIGNATURES)


def is_archive(file: IO[bytes]) -> bool:
    """Whether a file is an archive, but no workbook. Raises `Unreadable` for one that is broken or a bomb."""
    if not begins_archive(file):
        return False
    with opened(file) as archive:
        return not is_workbook(archive)


def begins_archive(file: IO[bytes]) -> bool:
    """Whether a file begins like an archive; it stands at its beginning afterwards."""
    file.seek(0)
    found = looks_like(file.read(len(SIGNATURES[0])))
    file.seek(0)
    return found


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether these are the insides of an Excel file."""
    return any(name.lower() == "xl/workbook.xml" for name in archive.namelist())


@contextmanager
def opened(file: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """An archive that unpacks to no more than is read. Raises `Unreadable`, whatever is wrong with it."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            _weigh(archive.infolist())
            yield archive
    except Unreadable:
        raise
    except Exception as problem:  # an archive can be broken in as many ways as it likes
        raise Unreadable(_("The file is damaged or protected by a password.")) from problem
    finally:
        file.seek(0)


def _weigh(members: list[zipfile.ZipInfo]) -> None:
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    too_much = len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED
    if too_much or (unpacked > SMALL and unpacked > MOST_RATIO * max(packed, 1)):
        raise Unreadable(_("The file unpacks to more than is read here."))


def members(file: IO[bytes]) -> list[Member]:
    """The files of an archive, without folders and what an operating system put beside them. Raises `Unreadable`."""
    found: list[Member] = []
    taken: set[str] = set()
    with opened(file) as archive:
        for place, member in enumerate(archive.infolist()):
            name = safe_name(_name_of(member))
            if member.is_dir() or name.startswith(".") or "__MACOSX" in member.filename or name.lower() == "thumbs.db":
                continue
            found.append(Member(place, _apart(name, taken), member.file_size))
    if len(found) > MOST_FILES:
        raise Unreadable(_("The archive holds more than %(most)s files. Split it.") % {"most": MOST_FILES})
    if not found:
        raise Unreadable(_("The archive holds no file."))
    return found


def _name_of(member: zipfile.ZipInfo) -> str:
    """The name as it was typed: archives of a Russian Windows do not say how they write theirs."""
    if member.flag_bits & SAYS_UTF8:
        return member.filename
    written = member.filename.encode("cp437", "replace")
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        russian = written.decode("cp866", "replace")
        return russian if re.search("[а-яё]{3}", russian, re.IGNORECASE) else member.filename


def _apart(name: str, taken: set[str]) -> str:
    """A name nothing before has: `people (2).csv`."""
    path, number, found = PurePosixPath(name), 1, name
    while found.lower() in taken:
        number += 1
        found = f"{path.stem} ({number}){path.suffix}"
    taken.add(found.lower())
    return found


@contextmanager
def unpacked(file: IO[bytes], place: int) -> Iterator[IO[bytes]]:
    """One file of an archive on the disk, while it is needed. Raises `Unreadable`."""
    with tempfile.TemporaryFile() as target:
        with opened(file) as archive:
            _unpack(archive, archive.infolist()[place], target)
        target.seek(0)
        yield target


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: IO[bytes]) -> None:
    require_size(member.file_size)
    if member.flag_bits & ENCRYPTED:
        raise Unreadable(_("It is protected by a password."))
    if member.compress_type not in METHODS:
        raise Unreadable(_("It is packed in a way that is not read here."))
    with archive.open(member) as stream:
        shutil.copyfileobj(stream, target, BLOCK)


def weight(file: IO[bytes]) -> int:
    """How much a workbook unpacks to; nothing for files that are no archive. Raises `Unreadable`."""
    if not begins_archive(file):
        return 0
    with opened(file) as archive:
        return sum(member.file_size for member in archive.infolist())
