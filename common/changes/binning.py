"""The bin: records leave every list, keep their history, and come back whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from common.changes import log, values, writing
from common.changes.context import Actor, change_set, consequences, is_consequence, person
from common.changes.errors import InUse, NameTaken, WholeInBin
from common.changes.services import lock
from common.kinds.guard import door
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.principal import principal_of


def remove(obj: RecordModel, *, by: Actor) -> None:
    """Put a record and the parts that follow it into the bin. Raises `InUse`, naming who needs it."""
    with change_set(_("Moved to the bin: %(title)s") % {"title": obj.title}, by=by):
        row = lock(obj)
        _require(row, by, "delete")
        if row.deleted_at is None:
            _bin(row, clock.now(), by)


def restore(obj: RecordModel, *, by: Actor) -> None:
    """Bring a record and what went with it back.

    Raises `NameTaken` where a unique rule forbids it, `WholeInBin` where what it belongs to is in the bin.
    """
    with change_set(_("Restored: %(title)s") % {"title": obj.title}, by=by):
        row = lock(obj)
        _require(row, by, "delete")
        if row.deleted_at is not None:
            _restore(row, row.deleted_at, by)


def _require(row: RecordModel, by: Actor, action: str) -> None:
    user = person(by)
    if user is not None and not is_consequence():
        policy.require(user, row, action)


def title_for(by: Actor, row: RecordModel) -> str:
    """The title as the actor may read it."""
    user = person(by)
    return row.title if user is None else policy.as_seen(user, row).title


def pointing(row: RecordModel, *rules: str) -> Iterator[RecordModel]:
    """The records, in the bin or not, that point to this one by fields with these bin rules; without: with any."""
    for model, key in writing.model_links(type(row)):
        if not rules or model.bin.get(key.name) in rules:
            yield from model.everything.filter(**{key.name: row.pk}).order_by("pk")


@dataclass
class Foresight:
    """What binning would do: the parts that go along, and who cannot be without the records."""

    along: list[RecordModel] = field(default_factory=list)
    needing: list[RecordModel] = field(default_factory=list)


def foresee(rows: Sequence[RecordModel]) -> Foresight:
    """What happens around these records of one type when they go to the bin; a few queries for any number."""
    found, seen = Foresight(), {row.pk for row in rows}
    level = list(rows)
    while level:
        parts: list[RecordModel] = []
        for kind in {type(row) for row in level}:
            keys = [row.pk for row in level if type(row) is kind]
            for model, key in writing.model_links(kind):
                rule = model.bin.get(key.name)
                if rule in ("follow", "refuse"):
                    others = model.objects.filter(**{f"{key.name}__in": keys}).exclude(pk__in=seen).order_by("pk")
                    (parts if rule == "follow" else found.needing).extend(others)
        seen |= {part.pk for part in parts}
        found.along += parts
        level = parts
    return found


def _bin(row: RecordModel, moment: datetime, by: Actor) -> None:
    used_by = [other for other in pointing(row, "refuse") if other.deleted_at is None]
    if used_by:
        raise InUse(title=title_for(by, row), used_by=named(used_by, by))
    for part in pointing(row, "follow"):
        if part.deleted_at is None:
            _bin(part, moment, by)
    put_in(row, moment, by)


def first_seen(rows: Sequence[RecordModel], by: Actor, most: int = 5) -> tuple[list[RecordModel], int]:
    """The first of these records that the person may see, as they may read them, and how many others there are."""
    user = person(by)
    if user is None:
        return list(rows[:most]), len(rows[most:])
    principal = principal_of(user)
    keys = policy.visible_keys(principal, [(type(row), row.pk) for row in rows], with_bin=True)
    seen = [policy.as_seen(principal, row) for row in rows if row.pk in keys][:most]
    return seen, len(rows) - len(seen)


def with_others(titles: Sequence[str], rest: int) -> str:
    """`Ankerwerk, Lackwerk, 3 others`."""
    others = [ngettext("%(count)s other", "%(count)s others", rest) % {"count": rest}] if rest else []
    return ", ".join([*titles, *others])


def named(rows: Sequence[RecordModel], by: Actor) -> str:
    """The first titles of these records; those the person may not see are only counted."""
    seen, rest = first_seen(rows, by)
    return with_others([row.title for row in seen], rest)


def _restore(row: RecordModel, moment: datetime, by: Actor) -> None:
    if writing.rests_on_bin(row, {name: values.current(row, name) for name in row.bin}):
        raise WholeInBin(title=title_for(by, row))
    try:
        with transaction.atomic():
            take_out(row, by)
    except IntegrityError as clash:
        raise NameTaken(title=title_for(by, row)) from clash
    for part in pointing(row, "follow"):
        if part.deleted_at == moment:
            _restore(part, moment, by)


def put_in(row: RecordModel, moment: datetime, by: Actor) -> None:
    """Put exactly this locked record into the bin. Parts that went at one `moment` come back together."""
    _write(row, moment, "removed", by)


def take_out(row: RecordModel, by: Actor) -> None:
    """Take exactly this locked record out of the bin. Raises `IntegrityError` where its place is taken."""
    _write(row, None, "restored", by)


def _write(row: RecordModel, moment: datetime | None, verb: str, by: Actor) -> None:
    with change_set(by=by) as opened, consequences():
        row.deleted_at = moment
        row.version += 1
        with door():
            row.save(update_fields=["deleted_at", "version"])
        writing.mirror(row)
        log.write(opened, f"{log.noun(type(row))}.{verb}", row, {})
