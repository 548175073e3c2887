"""Handing over everything a person owns: in one transaction, or where it is much by a job, as one change set."""

from __future__ import annotations

from collections.abc import Mapping

from common.changes import services as changes
from common.changes.services import OpenSet
from common.events.models import ChangeSet, Via
from common.jobs import services as jobs
from common.people.models import User
from common.policy import scopes
from common.policy.principal import principal_of
from common.records import registry
from common.records import services as records
from common.setup import selectors
from common.setup.errors import CannotReceive, NoReceiver

JOB = "setup.hand_over"
AT_ONCE = 500
"""So many records, parts included, are handed over while the person waits."""
CHUNK = 100
"""So many wholes a job hands over in one transaction; their parts go with them."""


def check(user: User, receivers: Mapping[str, User]) -> None:
    """Raise `NoReceiver` or `CannotReceive` where something would be nobody's, or out of its owner's sight."""
    kinds = [owned.kind for owned in selectors.owned_by(user)]
    nobody = [str(kind.label_plural) for kind in kinds if not _is_receiver(receivers.get(kind.key), user)]
    if nobody:
        raise NoReceiver(field="receiver", kinds=", ".join(nobody))
    for person in {receiver.pk: receiver for receiver in receivers.values()}.values():
        may = principal_of(person).may
        blind = [
            str(kind.label_plural) for kind in kinds if receivers[kind.key] == person and not may(kind.key, "view")
        ]
        if blind:
            raise CannotReceive(field="receiver", person=person, kinds=", ".join(blind))


def _is_receiver(person: User | None, leaving: User) -> bool:
    return person is not None and person.is_active and person != leaving


def begin(user: User, receivers: Mapping[str, User], opened: OpenSet, *, by: User) -> None:
    """Hand over now, inside the open change set; more than one chunk goes on in a job."""
    keys = {key: person.pk for key, person in receivers.items()}
    if sum(owned.count for owned in selectors.owned_by(user)) > AT_ONCE:
        jobs.enqueue(JOB, user.pk, keys, opened.stored().pk, by.pk)
    else:
        _move(user, receivers, AT_ONCE, by)


@jobs.handler(JOB)
def go_on(user_id: int, keys: Mapping[str, int], change_set_id: int, by_id: int) -> None:
    """Hand over the next chunk and ask for another one until nothing is left."""
    people = selectors.people_by_key([user_id, by_id, *keys.values()])
    receivers = {key: people[pk] for key, pk in keys.items()}
    user, by = people[user_id], people[by_id]
    act: ChangeSet = selectors.change_set(change_set_id)
    with changes.change_set(by=by, via=Via.FORM, bulk=True, row=act) as opened:
        if _move(user, receivers, CHUNK, by):
            opened.owes = False
            jobs.enqueue(JOB, user_id, keys, change_set_id, by_id)


def _move(user: User, receivers: Mapping[str, User], most: int, by: User) -> bool:
    """Give away up to `most` records, each within its department, wholes first; whether more may be left."""
    left = most
    with changes.consequences():
        for owned in selectors.owned_by(user):
            for row in selectors.rows_owned_by(user, owned.kind, left):
                records.transfer(row, owner=receivers[owned.kind.key], department=row.department, by=by)
                left -= 1
            if left <= 0:
                return True
    return False


def receiver_of_each(receivers: Mapping[str, User], everything: User) -> dict[str, User]:
    """A receiver for every record type: its own, that of the whole it is a part of, else the one for everything."""
    found: dict[str, User] = {}
    for kind in registry.all_types():
        whole = scopes.parent_type(kind.model) or ""
        found[kind.key] = receivers.get(kind.key) or receivers.get(whole) or everything
    return found
