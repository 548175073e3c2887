from __future__ import annotations

import hashlib
import unicodedata
from functools import partial

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from common import clock
from common.changes import merging
from common.changes import services as changes
from common.changes.models import Merged
from common.changes.services import Actor, person
from common.events.models import Event
from common.files.errors import FileTooLarge, NoRoom
from common.files.models import Attachment, Blob
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.spine.models import RecordMark

LIMIT = 25 * 1024 * 1024
MARK = "files"


def safe_name(name: str) -> str:
    """The last part of a name, without control or direction characters, at most 200 characters."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ")
    if len(kept) > 200:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: 199 - len(ending)]}{dot}{ending}" if dot and len(ending) < 20 else kept[:200]
    return kept or _("file")


def store(content: File[bytes]) -> Blob:
    """Keep the bytes, once per content. Raises `FileTooLarge` by counted bytes, `NoRoom` when storage fails."""
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks():
        size += len(chunk)
        if size > LIMIT:
            raise FileTooLarge(name=content.name or "", size=filesizeformat(size), limit=filesizeformat(LIMIT))
        digest.update(chunk)
    blob = Blob(sha256=digest.hexdigest(), size=size)
    if not default_storage.exists(blob.path):
        content.seek(0)
        try:
            default_storage.save(blob.path, content)
        except OSError as problem:
            raise NoRoom from problem
    found, _created = Blob.objects.get_or_create(sha256=blob.sha256, defaults={"size": size})
    return found


def attach(obj: RecordModel, content: File[bytes], *, by: Actor) -> Attachment:
    """Put a file on a record the person may change."""
    blob = store(content)
    name = safe_name(content.name or "")
    with changes.operation("change", obj, by=by, label=_("File added: %(name)s") % {"name": name}) as row:
        with door():
            attachment = Attachment.objects.create(
                record_id=row.pk, blob=blob, name=name, by=person(by), at=clock.now()
            )
        RecordMark.objects.get_or_create(record_id=row.pk, kind=MARK)
        data = {"_file": attachment.pk, "_name": name, "_size": blob.size}
        changes.note(row, f"{row._meta.model_name}.file_added", data, by=by)
    return attachment


def detach(obj: RecordModel, attachment: Attachment, *, by: Actor) -> None:
    """Take a file off a record; its bytes and the event stay."""
    with changes.operation("change", obj, by=by, label=_("File removed: %(name)s") % {"name": attachment.name}) as row:
        with door():
            Attachment.objects.filter(pk=attachment.pk).update(removed_at=clock.now())
        mark(row.pk)
        data = {"_file": attachment.pk, "_name": attachment.name}
        changes.note(row, f"{row._meta.model_name}.file_removed", data, by=by)


def mark(pk: int) -> None:
    """Show on a record whether it, or what was merged into it, has files."""
    if Attachment.objects.filter(record__in=merging.joined_keys(pk), removed_at=None).exists():
        RecordMark.objects.get_or_create(record_id=pk, kind=MARK)
    else:
        RecordMark.objects.filter(record_id=pk, kind=MARK).delete()


def may_change_marks(event: Event) -> bool:
    """Whether an event may have brought a record the files of another, or taken them back."""
    return event.kind.endswith((".merged", ".restored"))


def mark_anew(event: Event) -> None:
    """After a merge, and after a record came back that was merged into others."""
    for pk in (event.subject_id, *Merged.objects.filter(record=event.subject_id).values_list("into_id", flat=True)):
        if pk is not None:
            mark(pk)


def forget(record_id: int) -> None:
    """Take every file off a record that is deleted for good; bytes that nothing else holds go after the commit."""
    rows = Attachment.objects.filter(record_id=record_id)
    held = set(rows.values_list("blob_id", flat=True))
    rows.delete()
    for blob in Blob.objects.filter(pk__in=held, attachments=None):
        transaction.on_commit(partial(_drop, blob.sha256, blob.path))
        blob.delete()


def _drop(sha256: str, path: str) -> None:
    if not Blob.objects.filter(sha256=sha256).exists():
        default_storage.delete(path)
