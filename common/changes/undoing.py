"""Undo: a new change set that takes back what another one did, as far as nobody has changed it since.

Up to 500 records in the caller's transaction; more in a job, in pieces of 500 that each remember how far they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from common.changes import binning, log, services, steps
from common.changes.context import Actor, OpenSet, System, asked, change_set, consequences, person
from common.changes.deciding import Decision, Judge, Why
from common.changes.errors import AlreadyUndone, NothingToUndo, TooLateToUndo
from common.changes.models import Undo, UndoNote
from common.changes.steps import Step
from common.events.models import ChangeSet, Event, Via
from common.jobs import services as jobs
from common.kinds.errors import DomainError, NotVisible
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy.principal import principal_of

WINDOW = timedelta(days=30)
CHUNK = 500
JOB = "changes.undo"
Lasting = Callable[[ChangeSet], Iterable[str]]
_lasting: list[Lasting] = []


def lasting(tell: Lasting) -> None:
    """Register what says in words what of a change set no undo takes back, such as mails that were sent."""
    _lasting.append(tell)


def what_lasts(act: ChangeSet) -> list[str]:
    """In words, what of a change set stays whatever is undone."""
    return [text for tell in _lasting for text in tell(act)]


def _notes_files_and_calls(act: ChangeSet) -> list[str]:
    lasts = Q(kind__endswith=".noted") | Q(kind__endswith=".file_added") | Q(kind__endswith=".file_removed")
    rows = Event.objects.filter(change_set=act)
    files, calls = rows.filter(lasts).count(), rows.filter(kind__endswith=".called").count()
    said = []
    if files:
        said.append(ngettext("%(count)s note or file stays", "%(count)s notes or files stay", files) % {"count": files})
    if calls:
        said.append(ngettext("%(count)s call stays", "%(count)s calls stay", calls) % {"count": calls})
    return said


lasting(_notes_files_and_calls)


def require(act: ChangeSet, user: User) -> None:
    """Raise `NotVisible`, `TooLateToUndo`, `AlreadyUndone` or `NothingToUndo` unless the person may try."""
    if act.actor_id != user.pk and not principal_of(user).is_administrator:
        raise NotVisible
    if act.at < clock.now() - WINDOW:
        raise TooLateToUndo
    if Undo.objects.filter(of=act, holds=True).exists():
        raise AlreadyUndone


def undo(act: ChangeSet, *, by: Actor, on_behalf: bool = False) -> Undo:
    """Take a change set back, now or (above 500 records) in a job; the row tells how far it is and what it left.

    Raises what `require` raises. Nothing could be taken back: the notes of the row say why, and it does not hold.
    `on_behalf`: the caller has asked for the right to the whole act, whoever did it and however long ago.
    """
    user = person(by)
    with transaction.atomic():
        if user is not None and not on_behalf:
            require(act, user)
        records = steps.order(act)
        if not records:
            raise NothingToUndo
        row = _begin(act, user, len(records), on_behalf=on_behalf)
        if len(records) > CHUNK:
            jobs.enqueue(JOB, row.pk, by=user)
        else:
            _piece(row, records, by)
    return row


def _begin(act: ChangeSet, user: User | None, total: int, *, on_behalf: bool) -> Undo:
    try:
        with transaction.atomic():
            row = Undo.objects.create(of=act, by=user, total=total, on_behalf=on_behalf)
    except IntegrityError as clash:
        raise AlreadyUndone from clash
    _turn(act, holds=False)
    return row


def _turn(act: ChangeSet, *, holds: bool) -> None:
    """An undo is undone (or that again): what it had taken back stands again (or not)."""
    for above in Undo.objects.filter(made=act):
        Undo.objects.filter(pk=above.pk).update(holds=holds)
        _turn(above.of, holds=not holds)


def run(pk: int) -> None:
    """Do what is left of an undoing, piece by piece. Safe to run twice."""
    records = steps.order(Undo.objects.select_related("of").get(pk=pk).of)
    while True:
        with transaction.atomic():
            row = Undo.objects.select_for_update(of=("self",)).select_related("of", "by", "made").get(pk=pk)
            if row.done_at is not None:
                return
            _piece(row, records, row.by or System("undo"))


def _piece(row: Undo, records: Sequence[int], by: Actor) -> None:
    piece = records[row.cursor : row.cursor + CHUNK]
    is_last = row.cursor + len(piece) >= len(records)
    moment, judge = clock.now(), Judge(row.of, System("undo") if row.on_behalf else by)
    with change_set(label_of(row.of), by=by, via=Via.UNDO, bulk=len(records) > 1, row=row.made, owes=is_last) as opened:
        for step in steps.load(row.of, piece):
            row.back += _take_back(row, step, judge, opened, moment, by)
        row.made, row.cursor = opened.row, row.cursor + len(piece)
        if is_last:
            _finish(row)
        row.save()


def _finish(row: Undo) -> None:
    row.done_at = clock.now()
    if row.made is None:
        row.holds = False
        _turn(row.of, holds=True)


def _take_back(row: Undo, step: Step, judge: Judge, opened: OpenSet, moment: datetime, by: Actor) -> int:
    """Take back one record, or note why not; how many records came back."""
    obj = step.model.everything.select_for_update().filter(pk=step.record).first()
    found = judge.decide(step, obj)
    left, text = found.left, ""
    if found.acts and obj is not None:
        try:
            with opened.part():
                _write(found, obj, moment, by)
        except IntegrityError:
            left = [("", Why.TAKEN)]
        except DomainError as refusal:
            left, text = [("", Why.REFUSED)], str(refusal)
        except ValidationError as refusal:
            left, text = [("", Why.REFUSED)], " ".join(refusal.messages)
        else:
            _note(row, step, left, text)
            return 1
    _note(row, step, left, text)
    return 0


def _note(row: Undo, step: Step, left: Iterable[tuple[str, str]], text: str) -> None:
    UndoNote.objects.bulk_create(
        UndoNote(undo=row, record_id=step.record, field=name, why=why, text=text) for name, why in left
    )


def _write(found: Decision, obj: RecordModel, moment: datetime, by: Actor) -> None:
    operation = found.step.operation
    with consequences(), asked(*operation) if operation else nullcontext():
        if found.bin == "out":
            binning.take_out(obj, by)
        if found.values:
            obj = services.edit(obj, found.values, by=by, kind=f"{log.noun(type(obj))}.undone")
        if found.bin == "in":
            binning.put_in(obj, moment, by)


def label_of(act: ChangeSet) -> str:
    """What undoing this change set is called."""
    above = Undo.objects.filter(made=act).select_related("of").first()
    if above is not None:
        return _("Redone: %(label)s") % {"label": above.of.label}
    return _("Undone: %(label)s") % {"label": act.label}


def preview(act: ChangeSet, *, by: Actor, most: int) -> tuple[list[Decision], int]:
    """What undoing would do now to the first `most` records, and to how many it would be done in all."""
    records, judge = steps.order(act), Judge(act, by)
    shown = []
    for step in steps.load(act, records[:most]):
        found = judge.decide(step, step.model.everything.filter(pk=step.record).first())
        judge.assume(found)
        shown.append(found)
    return shown, len(records)
