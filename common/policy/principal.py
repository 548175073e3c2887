"""Who asks: a person's roles and places, read once per request or job."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from common.kinds import dictionary
from common.organisation import selectors as organisation
from common.organisation.models import Department
from common.people.models import Membership, User, Withheld
from common.policy import modules
from common.policy.models import Permission, Role, RoleMember, Scope


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission of one role: how far it reaches and which fields it covers."""

    scope: str
    only: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()

    def covers(self, name: str) -> bool:
        """Whether this grant lets the field be read (view) or written (change)."""
        return (not self.only or name in self.only) and name not in self.excepted


Key = tuple[str, str]
EVERYTHING = (Grant(Scope.ALL),)


@dataclass(frozen=True)
class Principal:
    """A person as the policy sees them."""

    user_id: int
    is_administrator: bool = False
    roles: frozenset[int] = frozenset()
    grants: Mapping[Key, tuple[Grant, ...]] = field(default_factory=dict)
    departments: frozenset[int] = frozenset()
    subtree: frozenset[int] = frozenset()
    team_is_open: bool = True
    withheld: frozenset[str] = frozenset()
    second_factor_demanded: bool = False
    closed: frozenset[str] = frozenset()
    """The areas of parts of the product that are switched off."""

    def grants_for(self, type_key: str, action: str) -> tuple[Grant, ...]:
        """The grants of all roles for this action; empty: never allowed."""
        if action in self.withheld or type_key in self.closed:
            return ()
        return EVERYTHING if self.is_administrator else self.grants.get((type_key, action), ())

    @property
    def hides_contacts(self) -> bool:
        """Whether telephone numbers and e-mails are hidden from this person."""
        return Withheld.CONTACTS in self.withheld

    @property
    def hides_margins(self) -> bool:
        """Whether margins are hidden from this person."""
        return Withheld.MARGIN in self.withheld

    def may(self, type_key: str, action: str) -> bool:
        """Whether the action is allowed on at least some rows of the type."""
        return bool(self.grants_for(type_key, action))


@dataclass(frozen=True)
class _Permissions:
    administrators: frozenset[int]
    demanding: frozenset[int]
    by_role: Mapping[int, tuple[tuple[Key, Grant], ...]]
    memberships: Mapping[int, tuple[tuple[int, bool], ...]]
    closed_departments: frozenset[int]


def _load() -> _Permissions:
    by_role: dict[int, list[tuple[Key, Grant]]] = defaultdict(list)
    for row in Permission.objects.filter(role__archived_at=None):
        grant = Grant(row.scope, frozenset(row.only_fields), frozenset(row.except_fields))
        by_role[row.role_id].append(((row.type, row.action), grant))
    memberships: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for user_id, department_id, is_head in Membership.objects.values_list("user_id", "department_id", "is_head"):
        memberships[user_id].append((department_id, is_head))
    return _Permissions(
        frozenset(Role.objects.in_use().filter(is_administrator=True).values_list("pk", flat=True)),
        frozenset(Role.objects.in_use().filter(demands_second_factor=True).values_list("pk", flat=True)),
        {role: tuple(rows) for role, rows in by_role.items()},
        {user: tuple(rows) for user, rows in memberships.items()},
        frozenset(Department.objects.filter(keeps_to_owners=True).values_list("pk", flat=True)),
    )


def _role_ids(user: User) -> frozenset[int]:
    loaded: frozenset[int] | None = getattr(user, "role_ids", None)
    return loaded if loaded is not None else frozenset(user.roles.values_list("pk", flat=True))


def principal_of(user: User | Principal) -> Principal:
    """The principal of a person, kept on the user object while the configuration stays the same."""
    if isinstance(user, Principal):
        return user
    version = dictionary.version()
    kept: tuple[int, Principal] | None = getattr(user, "_principal", None)
    if kept is not None and kept[0] == version:
        return kept[1]
    if kept is not None and hasattr(user, "role_ids"):
        del user.role_ids
    principal = _build(user)
    user._principal = (version, principal)  # type: ignore[attr-defined]  # a cache on the instance
    return principal


@dictionary.held()
def principals_of(users: Iterable[User]) -> list[Principal]:
    """The principals of many people: one query for the roles of all."""
    people = list(users)
    roles: dict[int, set[int]] = defaultdict(set)
    for user_id, role in RoleMember.objects.filter(user__in=people).values_list("user_id", "role_id"):
        roles[user_id].add(role)
    for user in people:
        user.role_ids = frozenset(roles[user.pk])  # type: ignore[attr-defined]  # as signing in does
    return [principal_of(user) for user in people]


def _build(user: User) -> Principal:
    if not user.is_active:
        return Principal(user.pk)
    known = dictionary.lookup("policy.permissions", _load)
    roles = _role_ids(user)
    grants: dict[Key, list[Grant]] = defaultdict(list)
    for role in roles:
        for key, grant in known.by_role.get(role, ()):
            grants[key].append(grant)
    memberships = known.memberships.get(user.pk, ())
    departments = {department for department, _head in memberships}
    if user.department_id:
        departments.add(user.department_id)
    return Principal(
        user_id=user.pk,
        roles=roles,
        is_administrator=bool(roles & known.administrators),
        grants={key: tuple(rows) for key, rows in grants.items()},
        departments=frozenset(departments),
        subtree=organisation.subtree(frozenset(departments)),
        team_is_open=user.department_id not in known.closed_departments,
        withheld=frozenset(user.withheld),
        second_factor_demanded=bool(roles & known.demanding) or organisation.demands_second_factor(),
        closed=modules.closed_areas(),
    )
