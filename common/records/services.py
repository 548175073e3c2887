from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.core.files.base import File
from django.utils.translation import gettext as _

from common.changes import log, writing
from common.changes import services as changes
from common.changes.services import Actor, person
from common.changes.values import link_fields
from common.files import services as files
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.organisation.models import Department
from common.people.models import User
from common.policy import selectors as policy
from common.records.calls import VERB, Call
from common.records.errors import AlreadyTaken, EmptyNote

SHARED = "shared_with"
LONGEST_NOTE = 20_000


def add_note(
    obj: RecordModel, *, text: str, attached: Sequence[File[bytes]] = (), share: Sequence[int] = (), by: Actor
) -> None:
    """Write a note on a record the person may see. Raises `EmptyNote`.

    Files, and sharing it with the people of `share`, need the right to change it.
    """
    words = text.replace("\x00", "").strip()
    if not words and not attached:
        raise EmptyNote
    with changes.change_set(_("Note: %(title)s") % {"title": obj.title}, by=by):
        _let_in(obj, share, by)
        kept = [files.attach(obj, content, by=by) for content in attached]
        if words:
            data = {"_text": words, "_files": [{"id": a.pk, "name": a.name} for a in kept]}
            changes.note(obj, f"{log.noun(type(obj))}.noted", data, by=by)


def _let_in(obj: RecordModel, people: Sequence[int], by: Actor) -> None:
    if people:
        changes.edit(obj, {SHARED: sorted({*link_fields[SHARED].ids(obj.pk), *people})}, by=by)


def log_call(obj: RecordModel, call: Call, *, share: Sequence[int] = (), by: Actor) -> None:
    """Keep a telephone call on the timeline of a record the person may see, and on that of who was at the other end.

    Sharing the record with the people of `share` needs the right to change it.
    """
    other = call.other if call.other and call.other.pk != obj.pk else None
    kept = replace(call, text=call.text.replace("\x00", "").strip(), other=other)
    kind, also = f"{log.noun(type(obj))}.{VERB}", [other.pk] if other else []
    with changes.change_set(_("Call: %(title)s") % {"title": obj.title}, by=by):
        _let_in(obj, share, by)
        changes.note(obj, kind, kept.data(), by=by, also=also)


def transfer(obj: RecordModel, *, owner: User | None, department: Department | None, by: Actor) -> RecordModel:
    """Give a record to another person and department, with the parts that belong to it.

    Without a department it goes to the new owner's; this is the only way owner and department change.
    """
    target = department or (owner.department if owner else obj.department)
    label = _("Given to %(who)s: %(title)s") % {"who": owner or target, "title": obj.title}
    with changes.operation("transfer", obj, by=by, label=label) as row:
        _move(row, owner, target, by)
    return row


def take(obj: RecordModel, *, by: Actor) -> RecordModel:
    """Make a record the person's own, in its department; theirs already: nothing. Raises `AlreadyTaken`."""
    with changes.operation("take", obj, by=by, label=_("Taken: %(title)s") % {"title": obj.title}) as row:
        owner = require_takeable(row, by)
        _move(row, owner, row.department or (owner.department if owner else None), by, verb="taken")
    return row


def require_takeable(row: RecordModel, by: Actor) -> User | None:
    """Inside an operation: who takes the locked record. Raises `AlreadyTaken` for one they may not give away."""
    user = person(by)
    if user is not None and row.owner_id not in (None, user.pk) and not policy.may(user, row, "transfer"):
        raise AlreadyTaken(owner=row.owner)
    return user


def _move(
    row: RecordModel, owner: User | None, department: Department | None, by: Actor, verb: str = "transferred"
) -> None:
    before = (row.owner_id, row.department_id)
    after = (owner.pk if owner else None, department.pk if department else None)
    if before == after:
        return
    row.owner, row.department = owner, department
    row.version += 1
    with door():
        row.save(update_fields=["owner", "department", "version"])
    writing.mirror(row)
    pairs = {
        name: [old, new] for name, old, new in zip(("owner", "department"), before, after, strict=True) if old != new
    }
    with changes.change_set(by=by) as opened:
        log.write(opened, f"{log.noun(type(row))}.{verb}", row, {**pairs, **writing.labels(row, pairs)})
    for model, key in writing.model_links(type(row)):
        if model.parent_field == key.name:
            for part in model.everything.filter(**{key.name: row.pk}):
                _move(part, owner, department, by, verb)
