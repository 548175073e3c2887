"""The file a backup is: a gzipped tar of tables, files and, last, the manifest with their hashes.

tables/<label>.jsonl    one table (see `tables`)
files/<sha256>          the bytes of a file; the name is their hash
manifest.json           format, version, moment, migrations, hash and rows of each table, number of files
"""

from __future__ import annotations

import hashlib
import json
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from common.upkeep.errors import UpkeepError

FORMAT = 1
MANIFEST = "manifest.json"
PIECE = 1024 * 1024


class Hashing:
    """Passes reads or writes on and hashes what goes through."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.digest, self.size = inner, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        self.size += len(data)
        written: int = self.inner.write(data)
        return written

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.inner.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data


class Writer:
    """Writes an archive piece by piece; memory does not grow with it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar

    @contextmanager
    def member(self, name: str) -> Iterator[Hashing]:
        """A member whose size is known only when it is written: it goes through a temporary file."""
        with tempfile.TemporaryFile() as spool:
            hashing = Hashing(spool)
            yield hashing
            spool.seek(0)
            self.add(name, spool, hashing.size)

    def add(self, name: str, source: IO[bytes] | Hashing, size: int) -> None:
        """A member of known size."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, source)
        forget(self.tar)


def forget(tar: Any) -> None:
    """Keep no list of what went by: it would grow with every file."""
    tar.members.clear()


def members(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Every member of an archive in order, each to be read before the next."""
    with tarfile.open(path, "r|gz") as tar:
        while (info := tar.next()) is not None:
            forget(tar)
            content = tar.extractfile(info)
            if content is None:
                raise UpkeepError(f"{path.name} holds {info.name}, which no backup has.")
            yield info.name, content


def verify(path: Path) -> dict[str, Any]:
    """The manifest of an archive whose every byte is as it was written. Raises `UpkeepError` otherwise."""
    try:
        return _verify(path)
    except (tarfile.TarError, EOFError, OSError, zlib.error) as problem:
        raise UpkeepError(f"{path.name} cannot be read to its end: {problem}. It is no whole backup.") from problem


def _verify(path: Path) -> dict[str, Any]:
    tables: dict[str, str] = {}
    files, manifest = 0, None
    for name, content in members(path):
        if name == MANIFEST:
            manifest = json.loads(content.read())
            continue
        digest = hash_of(content)
        if name.startswith("tables/"):
            tables[name] = digest
        elif name.startswith("files/") and name == f"files/{digest}":
            files += 1
        else:
            raise UpkeepError(f"{name} in {path.name} is damaged: its content has another hash.")
    if manifest is None:
        raise UpkeepError(f"{path.name} has no manifest: it was not written to its end.")
    if manifest["format"] != FORMAT:
        raise UpkeepError(f"{path.name} has format {manifest['format']}; this version reads format {FORMAT}.")
    wanted = {entry["member"]: entry["sha256"] for entry in manifest["tables"].values()}
    if damaged := sorted(name for name in {*wanted, *tables} if wanted.get(name) != tables.get(name)):
        raise UpkeepError(f"{', '.join(damaged)} in {path.name}: damaged, missing or added later.")
    if files != manifest["files"]:
        raise UpkeepError(f"{path.name} has {files} files; its manifest says {manifest['files']}.")
    return dict(manifest)


def hash_of(content: IO[bytes]) -> str:
    """The SHA-256 of what is left to read."""
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()
