"""The one rule of access, told twice: as a filter of rows and as a pure function of relations.

A property test proves that `for_user` and `allows(relations)` agree for every type and action.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, F, Func, OrderBy, Q, QuerySet

from common.kinds import beside
from common.kinds import models as kinds
from common.kinds.models import RecordModel, RecordQuerySet
from common.people.models import User
from common.policy.models import Scope
from common.policy.principal import Grant, Principal, principal_of
from common.spine.models import RecordMember

OWN = frozenset({"owner", "coowner"})
ASSIGNED = OWN | {"assignee"}
DEPARTMENT = ASSIGNED | {"department"}
SUBTREE = DEPARTMENT | {"subtree"}
Relations = frozenset[str]


class AnyArray(Func):
    """`pk = ANY (ARRAY(subquery))`: PostgreSQL plans it as one scan of few ids."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
    conditional = True


@dataclass(frozen=True, slots=True)
class FieldRights:
    """Which fields may be read and written, for one record or (relations unknown) for any.

    `hidden`: taken away from the person whatever the grants say; those of `masked` are shown masked.
    """

    view: tuple[Grant, ...]
    change: tuple[Grant, ...]
    everywhere: bool = False
    hidden: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()

    def readable(self, name: str) -> bool:
        """Whether the value may be known: filtered and sorted by, searched, told in the history."""
        return name not in self.hidden and self._is_granted(name)

    def shown(self, name: str) -> bool:
        """Whether it has a place on pages and in files; the rows bring it masked where it is hidden."""
        return (name not in self.hidden or name in self.masked) and self._is_granted(name)

    def _is_granted(self, name: str) -> bool:
        covered = (grant.covers(name) for grant in self.view)
        return bool(self.view) and (all(covered) if self.everywhere else any(covered))

    def writable(self, name: str) -> bool:
        return self.readable(name) and any(grant.covers(name) for grant in self.change)


def reach(principal: Principal, scope: str) -> Relations | None:
    """The relations to a record that satisfy `scope`; None: every record does."""
    if scope == Scope.ALL:
        return None
    if scope == Scope.TEAM:
        scope = Scope.DEPARTMENT if principal.team_is_open else Scope.ASSIGNED
    reaches: dict[str, Relations] = {
        Scope.OWN: OWN, Scope.ASSIGNED: ASSIGNED, Scope.DEPARTMENT: DEPARTMENT, Scope.SUBTREE: SUBTREE,
    }  # fmt: skip
    return reaches[scope]


def parent_type(model: type[RecordModel]) -> str | None:
    """The key of the type this one is a part of."""
    if model.parent_field is None:
        return None
    remote = model._meta.get_field(model.parent_field).related_model
    return remote._meta.label_lower  # type: ignore[union-attr]  # a foreign key to a record type


def grants(principal: Principal, model: type[RecordModel], action: str) -> tuple[Grant, ...]:
    """The grants that count: scope `parent` stands for what the role may do to the parent."""
    found: list[Grant] = []
    for grant in principal.grants_for(model._meta.label_lower, action):
        if grant.scope != Scope.PARENT:
            found.append(grant)
            continue
        above = parent_type(model)
        if above is not None:
            for outer in principal.grants_for(above, "view" if action == "view" else "change"):
                if outer.scope != Scope.PARENT:
                    found.append(Grant(outer.scope, grant.only, grant.excepted))
    return tuple(found)


def allows(principal: Principal, model: type[RecordModel], action: str, relations: Relations) -> bool:
    """Whether a person who stands in these relations to a record may do `action` to it."""
    return bool(_satisfied(principal, model, action, relations))


def _satisfied(principal: Principal, model: type[RecordModel], action: str, relations: Relations) -> tuple[Grant, ...]:
    found = []
    for grant in grants(principal, model, action):
        wanted = reach(principal, grant.scope)
        if wanted is None or wanted & relations or (action == "view" and "shared" in relations):
            found.append(grant)
    return tuple(found)


def actions(principal: Principal, model: type[RecordModel], relations: Relations, names: Iterable[str]) -> set[str]:
    """Those of `names` that a person in these relations may do."""
    return {name for name in names if allows(principal, model, name, relations)}


def fields(principal: Principal, model: type[RecordModel], relations: Relations | None = None) -> FieldRights:
    """The field rights on one record, or with None those that hold whatever the relation is."""
    if relations is None:
        view, change = grants(principal, model, "view"), grants(principal, model, "change")
    else:
        view = _satisfied(principal, model, "view", relations)
        change = _satisfied(principal, model, "change", relations)
    return FieldRights(view, change, relations is None, *_taken_away(principal, model))


def _taken_away(principal: Principal, model: type[RecordModel]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields hidden from the person, and those of them that are shown masked."""
    contacts = frozenset(model.contact_fields) if principal.hides_contacts else frozenset[str]()
    margins = frozenset(model.margin_fields) if principal.hides_margins else frozenset[str]()
    own_hidden, own_masked = beside.hidden_from(principal, model)
    return contacts | margins | set(own_hidden), contacts | set(own_masked)


def creation_fields(principal: Principal, model: type[RecordModel]) -> FieldRights:
    """The field rights on a record that is being made."""
    given = grants(principal, model, "create")
    return FieldRights(given, given, False, *_taken_away(principal, model))  # noqa: FBT003  # fields in order


def relations(principal: Principal, objs: Sequence[RecordModel]) -> dict[int, Relations]:
    """How the person stands to each of these records of one type; one query for those without their members."""
    found: dict[int, Relations] = {}
    holders: dict[int, int] = {}
    for obj in objs:
        rows = obj.linked("members") if obj.parent_field is None else None
        if rows is None:
            holders[obj.pk] = _member_holder(obj)
        found[obj.pk] = own_relations(principal, obj) | {r.role for r in rows or () if r.user_id == principal.user_id}
    if holders:
        roles: dict[int, set[str]] = {}
        members = RecordMember.objects.filter(user_id=principal.user_id, record__in=set(holders.values()))
        for record_id, role in members.values_list("record_id", "role"):
            roles.setdefault(record_id, set()).add(role)
        for pk, holder in holders.items():
            found[pk] |= roles.get(holder, set())
    return found


def relations_of(principals: Sequence[Principal], obj: RecordModel) -> dict[int, Relations]:
    """How each of these people stands to one record; one query."""
    roles: dict[int, set[str]] = {}
    members = RecordMember.objects.filter(record=_member_holder(obj))
    for user_id, role in members.values_list("user_id", "role"):
        roles.setdefault(user_id, set()).add(role)
    return {one.user_id: own_relations(one, obj) | roles.get(one.user_id, set()) for one in principals}


def sees_parts(principal: Principal, obj: RecordModel, model: type[RecordModel]) -> bool:
    """Whether the person sees the parts of this type that belong to `obj`: they share owner, department, members."""
    return allows(principal, model, "view", relations(principal, [obj])[obj.pk])


def own_relations(principal: Principal, obj: RecordModel) -> Relations:
    """The relations that follow from the owner and department of a record (saved or not)."""
    found = set()
    if obj.owner_id is not None and obj.owner_id == principal.user_id:
        found.add("owner")
    if obj.department_id in principal.departments:
        found.add("department")
    if obj.department_id in principal.subtree:
        found.add("subtree")
    return frozenset(found)


def _member_holder(obj: RecordModel) -> int:
    if obj.parent_field is None:
        return int(obj.pk)
    return int(getattr(obj, f"{obj.parent_field}_id"))


def branches(principal: Principal, model: type[RecordModel], action: str) -> list[Q] | None:
    """The filters whose union is what the person may do `action` to; None: everything, []: nothing."""
    wanted: set[str] = set()
    found = grants(principal, model, action)
    if not found:
        return []
    for grant in found:
        reached = reach(principal, grant.scope)
        if reached is None:
            return None
        wanted |= reached
    if action == "view":
        wanted.add("shared")
    result = [Q(owner_id=principal.user_id)]
    places = principal.subtree if "subtree" in wanted else principal.departments
    if places and "department" in wanted:
        result.append(Q(department_id__in=sorted(places)))
    roles = sorted(wanted & set(RecordMember.Role.values))
    memberships = RecordMember.objects.filter(user_id=principal.user_id, role__in=roles).values("record_id")
    column = "pk" if model.parent_field is None else f"{model.parent_field}_id"
    result.append(_id_in(column, memberships))
    return result


def _id_in(column: str, ids: QuerySet[Any, Any]) -> Q:
    if connection.vendor == "postgresql":
        return Q(AnyArray(F(column), ArraySubquery(ids)))
    return Q(**{f"{column}__in": ids})


def for_user(rows: RecordQuerySet[Any], user: User | Principal, action: str = "view") -> RecordQuerySet[Any]:
    """The rows the person may do `action` to. See `RecordQuerySet.for_user`."""
    principal = principal_of(user)
    rows = rows.masked() if principal.hides_contacts else rows
    parts = branches(principal, rows.model, action)
    if parts is None:
        return rows
    if not parts:
        return rows.none()
    return rows.filter(reduce(or_, parts))


Ready = Callable[[RecordQuerySet[Any]], RecordQuerySet[Any]]


def as_they_are(rows: RecordQuerySet[Any]) -> RecordQuerySet[Any]:
    """The rows without anything read along."""
    return rows


def owned_parts(people: Sequence[int]) -> list[Q]:
    """The filters whose union are the records these people own or co-own.

    One's own are in every right to view. Each part, and their OR, can be read from an index.
    """
    shared = RecordMember.objects.filter(user_id__in=people, role=RecordMember.Role.COOWNER)
    return [Q(owner_id__in=people), _id_in("pk", shared.values("record_id"))]


def page_for_user(
    rows: RecordQuerySet[Any], user: User | Principal, order: Sequence[str | OrderBy], size: int, *,
    own: bool = False, ready: Ready = as_they_are,
) -> RecordQuerySet[Any]:  # fmt: skip
    """The first `size` visible rows in `order`, made `ready` (joined, annotated). `own`: only the person's own.

    Each scope branch is sorted and limited, and their rows are read by id: one OR would make the planner walk the
    whole sort index for a person with few rows, and what is passed over is read from indexes alone.
    """
    principal = principal_of(user)
    rows = rows.masked() if principal.hides_contacts else rows
    parts = _seen_parts(principal, rows.model, own=own)
    if parts is None:
        parts = [Q()]
    if not parts:
        return rows.none()
    limited = [rows.filter(part).order_by(*order).values("pk")[:size] for part in parts]
    return ready(_by_id(rows, limited)).order_by(*order)[:size]


def _seen_parts(principal: Principal, model: type[RecordModel], *, own: bool) -> list[Q] | None:
    """The `branches` of what the person sees; `own`: of their own only."""
    parts = branches(principal, model, "view")
    return owned_parts([principal.user_id]) if own and parts != [] else parts


def some_for_user(
    rows: RecordQuerySet[Any], user: User | Principal, most: int, *, own: bool = False, either: Sequence[Q] = (),
) -> RecordQuerySet[Any]:  # fmt: skip
    """Visible rows in no order, all of them where there are not more than `most`: for counts that end there.

    Each scope branch is read from its index until it has enough; one OR would collect every row of each first. Where
    the rows must meet one of `either`, those take the place of the branches for who sees everything.
    """
    parts = _seen_parts(principal_of(user), rows.model, own=own)
    if parts is None:
        if not either:
            return rows
        parts = list(either)
    elif not parts:
        return rows.none()
    elif either:
        rows = rows.filter(reduce(or_, either))
    return _by_id(rows, [rows.filter(part).order_by().values("pk")[:most] for part in parts])


def own_for_user(rows: RecordQuerySet[Any], user: User | Principal) -> list[RecordQuerySet[Any]]:
    """What the person owns or co-owns of the visible rows, in parts that have no row in common: for sums.

    Each part is read from an index of its own, which one OR would keep the planner from.
    """
    parts = _seen_parts(principal_of(user), rows.model, own=True) or []
    return [rows.filter(part, *(~before for before in parts[:at])) for at, part in enumerate(parts)]


def pages_for_user(
    rows: RecordQuerySet[Any], parts: Sequence[Q], user: User | Principal, order: Sequence[str | OrderBy], size: int,
    *, own: bool = False, ready: Ready = as_they_are,
) -> RecordQuerySet[Any]:  # fmt: skip
    """The first `size` visible rows of each part of `rows`: one query for the columns of a board."""
    rows = rows.masked() if principal_of(user).hides_contacts else rows
    pages = [page_for_user(rows.filter(part), user, order, size, own=own).values("pk") for part in parts]
    return ready(_by_id(rows, pages)).order_by(*order) if pages else rows.none()


def _by_id(rows: RecordQuerySet[Any], found: Sequence[QuerySet[Any, Any]]) -> RecordQuerySet[Any]:
    """The rows of these ids, and no other condition; masked where `rows` are."""
    everything: RecordQuerySet[Any] = rows.model.everything.get_queryset()
    everything = everything.masked() if rows.masks else everything
    return everything.filter(reduce(or_, (_id_in("pk", ids) for ids in found)))


kinds.set_scope(for_user)
