"""Archives of several tables: what each file in it is, and the chosen ones as imports, in an order that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from common.files.services import safe_name
from common.importing import access, services, staging
from common.importing.errors import NoFileChosen, Unreadable
from common.importing.headers import shown
from common.importing.models import Archive, Import
from common.importing.tables import archives, table
from common.importing.tables.archives import Member
from common.importing.targets import targets_of
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.people.models import User
from common.policy.principal import principal_of
from common.records import registry
from common.records.declaring import RecordType, Viewer

FORGET = "importing.forget_archive"
MOST_COUNTED = 50_000
"""So many rows of an archive are counted while its person waits."""
TEXTS = frozenset({".csv", ".tsv", ".tab", ".txt", ""})
"""Endings of texts that may be tables: almost every other text reads as one with a bit of good will."""
Seen = dict[str, Any]


def look(content: File[bytes], *, type_key: str, by: User) -> list[Seen]:
    """What the files of an archive are, as `Archive.members` keeps it; nothing for a file that is no archive.

    `type_key`: what those hold that tell nothing themselves. Raises `Unreadable` where none is a table.
    """
    if not archives.is_archive(content):
        return []
    looking = _Look(by, type_key)
    found = [looking.seen(content, member) for member in archives.members(content)]
    if all(seen["problem"] for seen in found):
        said = {"name": found[0]["name"], "problem": found[0]["problem"]}
        raise Unreadable(_("The archive holds no table that can be read. %(name)s: %(problem)s") % said)
    return found


@dataclass
class _Look:
    """How much may still be read of an archive: rows that are counted, and bytes of its workbooks."""

    by: User
    type_key: str
    rows: int = MOST_COUNTED
    room: int = archives.MOST_UNPACKED

    def seen(self, content: IO[bytes], member: Member) -> Seen:
        """What one file is, or why it is none that can be imported."""
        seen = {"place": member.place, "name": member.name, "size": member.size, "rows": 0, "more": False, "type": "",
                "source": "", "problem": ""}  # fmt: skip
        try:
            with archives.unpacked(content, member.place) as file:
                seen |= self._recognised(file, member.name)
        except Unreadable as problem:
            seen["problem"] = str(problem)
        return seen

    def _recognised(self, file: IO[bytes], name: str) -> Seen:
        self.room -= archives.weight(file)
        if self.room < 0:
            raise Unreadable(_("The file unpacks to more than is read here."))
        reading, rows = staging.sniffed(file)
        if reading.is_written and PurePosixPath(name).suffix.lower() not in TEXTS:
            raise Unreadable(_("It is no table."))
        if len(rows) < 2:
            raise Unreadable(_("It has no rows."))
        found, source = services.recognised(name, shown(rows[0], 0), rows[1:], "", self.by)
        counted = sum(1 for _row in islice(table(file, reading), self.rows + 1)) - 1
        more, self.rows = counted >= self.rows, max(0, self.rows - counted)
        return {"type": found or self.type_key, "source": source, "rows": max(0, counted), "more": more}


def start_only(content: File[bytes], member: Seen, *, by: User) -> Import:
    """The import of an archive's only file. Raises what `services.start` raises."""
    with archives.unpacked(content, member["place"]) as file:
        return services.start(File(file, name=member["name"]), type_key=member["type"], by=by)


def start(content: File[bytes], members: Sequence[Seen], *, by: User) -> Archive:
    """Keep an archive that was looked into, until its files are chosen. Raises `NoRoom`."""
    archive = Archive.objects.create(
        by=by, name=safe_name(content.name or ""), path=services.stored(content), members=list(members)
    )
    jobs.enqueue(FORGET, archive.pk, due=archive.started_at + services.KEPT)
    return archive


def choose(archive: Archive, types: Mapping[int, str], *, by: User) -> None:
    """Begin an import of each chosen file, by its place in the archive; asked again, nothing happens.

    What others refer to comes first. Raises `NoFileChosen`, `Unreadable`, `MayNotImport`, `NoRoom`, `Forbidden`.
    """
    if archive.by_id != by.pk:
        raise Forbidden
    if not types:
        raise NoFileChosen
    drafts = _drafted(archive, types, by)
    with transaction.atomic():
        row = Archive.objects.select_for_update().get(pk=archive.pk)
        is_again = row.imports.exists()
        for draft in [] if is_again else drafts:
            draft.archive = row
            services.begin(draft)
    if is_again:
        _remove(drafts)


def _drafted(archive: Archive, types: Mapping[int, str], by: User) -> list[Import]:
    """Outside of any transaction: unpacking takes its time."""
    drafts: list[Import] = []
    try:
        with staging.opened(archive) as file:
            for member in ordered(archive.members, types, by):
                with archives.unpacked(file, member["place"]) as content:
                    named = File(content, name=member["name"])
                    drafts.append(services.drafted(named, type_key=types[member["place"]], by=by))
    except Exception:
        _remove(drafts)
        raise
    return drafts


def _remove(drafts: Sequence[Import]) -> None:
    for draft in drafts:
        default_storage.delete(draft.path)


def ordered(members: Sequence[Seen], types: Mapping[int, str], by: User) -> list[Seen]:
    """The chosen files, those first that others refer to; last those of which nothing is known."""
    viewer = Viewer(by, principal_of(by))
    places = {key: place for place, key in enumerate(in_order(access.importable(viewer.principal), viewer))}
    chosen = [member for member in members if member["place"] in types]
    return sorted(chosen, key=lambda member: (places.get(types[member["place"]], len(places)), member["place"]))


def in_order(kinds: Sequence[RecordType], viewer: Viewer) -> list[str]:
    """Types so that each comes after those its columns lead to."""
    needs = {
        kind.key: {
            registry.of(target.model).key
            for target in targets_of(kind, viewer).values()
            if target.linked and target.model not in (None, kind.model)
        }
        for kind in kinds
    }  # fmt: skip
    return list(TopologicalSorter(needs).static_order())


def drop(archive: Archive, *, by: User) -> None:
    """Forget an archive of which no file was chosen."""
    if archive.by_id != by.pk:
        raise Forbidden
    with transaction.atomic():
        row = Archive.objects.select_for_update().get(pk=archive.pk)
        if not row.imports.exists():
            transaction.on_commit(lambda: default_storage.delete(row.path))
            row.delete()


def forget(pk: int) -> None:
    """Remove the file of an archive, which was kept long enough; which imports came of it stays known."""
    archive = Archive.objects.filter(pk=pk).first()
    if archive is None or not archive.path:
        return
    default_storage.delete(archive.path)
    if archive.imports.exists():
        Archive.objects.filter(pk=pk).update(path="")
    else:
        archive.delete()
