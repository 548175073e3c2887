"""Writing a backup: one snapshot of the database, then the files it names."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import QuerySet

from common import clock
from common.files.models import Blob
from common.upkeep import archive, tables
from common.upkeep.errors import UpkeepError
from common.upkeep.models import Backup

FOLDER = "backups"


@dataclass(frozen=True)
class Written:
    """What a backup holds."""

    path: Path
    tables: int
    rows: int
    files: int
    size: int


def default_path() -> Path:
    """Where a backup goes that was given no name."""
    return Path(settings.DATA_DIR) / FOLDER / f"kontor-{clock.now():%Y-%m-%d-%H%M%S}.tar.gz"


def write(path: Path, *, allow_missing: bool = False) -> Written:
    """Write a backup to `path`, which must not exist; an interrupted one leaves nothing under that name.

    Raises `UpkeepError` when a file is missing in the storage, unless that is allowed.
    """
    if path.exists():
        raise UpkeepError(f"{path} exists already. Choose another name.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            with tarfile.open(fileobj=target, mode="w|gz") as tar:
                manifest = _write(archive.Writer(tar), allow_missing=allow_missing)
            target.flush()
            os.fsync(target.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    rows = sum(entry["rows"] for entry in manifest["tables"].values())
    written = Written(path, len(manifest["tables"]), rows, manifest["files"], path.stat().st_size)
    Backup.objects.create(name=path.name[:200], size=written.size)
    return written


def _write(writer: archive.Writer, *, allow_missing: bool) -> dict[str, Any]:
    with snapshot():
        migrations, at = tables.applied(), clock.now()
        found = {model._meta.label_lower: model for model in tables.models_at(migrations)}
        kept = {label: _write_table(writer, label, model) for label, model in found.items()}
        files, missing = _write_files(writer, tables.rows_of(found["files.blob"]))
    if missing and not allow_missing:
        raise UpkeepError(
            f"{len(missing)} files are missing in the storage, the first is {missing[0]}. `manage.py doctor --all` "
            "names them; with --allow-missing the rest is kept."
        )
    manifest = {
        "format": archive.FORMAT, "version": version(), "at": at.isoformat(), "database": connection.vendor,
        "migrations": migrations, "tables": kept, "files": files, "missing": missing,
    }  # fmt: skip
    with writer.member(archive.MANIFEST) as member:
        member.write(json.dumps(manifest, indent=1).encode())
    return manifest


def _write_table(writer: archive.Writer, label: str, model: Any) -> dict[str, Any]:
    name = f"tables/{label}.jsonl"
    with writer.member(name) as member:
        rows = tables.write(model, member)  # type: ignore[arg-type]  # it only writes
    return {"member": name, "rows": rows, "sha256": member.digest.hexdigest()}


def _write_files(writer: archive.Writer, blobs: QuerySet[Any]) -> tuple[int, list[str]]:
    files, missing = 0, []
    for sha256, size in blobs.order_by("pk").values_list("sha256", "size").iterator(chunk_size=2000):
        try:
            with default_storage.open(Blob(sha256=sha256).path) as content:
                hashing = archive.Hashing(content)
                writer.add(f"files/{sha256}", hashing, size)
        except FileNotFoundError:
            missing.append(sha256)
            continue
        if hashing.digest.hexdigest() != sha256:
            raise UpkeepError(f"The file {sha256} in the storage is damaged: restore it from an older backup.")
        files += 1
    return files, missing


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one moment; writers go on meanwhile."""
    if connection.in_atomic_block:
        raise UpkeepError("A backup cannot be written inside a transaction.")
    wrapper: Any = connection
    mode = getattr(wrapper, "transaction_mode", None)
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        wrapper.transaction_mode = "DEFERRED"
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    finally:
        if connection.vendor == "sqlite":
            wrapper.transaction_mode = mode


def version() -> str:
    """The product's version, as the change log and the package say."""
    text = (Path(settings.BASE_DIR) / "pyproject.toml").read_text()
    return next(line.split('"')[1] for line in text.splitlines() if line.startswith("version"))


def newest() -> datetime | None:
    """When the last backup was written; None where there was none."""
    return Backup.objects.order_by("-made_at").values_list("made_at", flat=True).first()
