from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, F, Max, Q, QuerySet

from common.events.models import ChangeSet
from common.kinds.models import RecordModel
from common.organisation.models import Department
from common.people.models import Membership, User
from common.policy.models import Role
from common.records import registry
from common.records.declaring import RecordType
from common.setup.dictionaries import DictionaryPage
from common.spine.models import Record


def parents(page: DictionaryPage) -> list[Any]:
    """The rows the dictionary is divided by (pipelines of stages)."""
    if page.divisions is not None:
        return list(page.divisions())
    if not page.parent:
        return []
    target: Any = page.model._meta.get_field(page.parent).related_model
    return list(target.objects.all())


def rows(page: DictionaryPage, parent: Any = None) -> list[Any]:
    """The rows of a dictionary, those out of use last."""
    found = page.model._default_manager.all()
    if parent is not None:
        found = found.filter(**{page.parent: parent.pk})
    if page.sort:
        found = found.order_by(*page.sort)
    elif hasattr(page.model, "archived_at"):
        found = found.order_by(F("archived_at").asc(nulls_first=True), "position", "name")
    return list(found[:500])


def row(page: DictionaryPage, pk: int) -> Any:
    """One row, or None."""
    return page.model._default_manager.filter(pk=pk).first()


def rows_by_key(page: DictionaryPage, keys: Sequence[int]) -> dict[int, Any]:
    """Rows by their keys."""
    return page.model._default_manager.in_bulk(keys)


def next_position(page: DictionaryPage) -> int:
    """Where a new row goes: last."""
    last = page.model._default_manager.aggregate(last=Max("position"))["last"]
    return int(last or 0) + 1


@dataclass(frozen=True)
class Owned:
    """How many records of a type a person owns, those in the bin included."""

    kind: RecordType
    count: int

    @property
    def is_part(self) -> bool:
        """Whether they are parts of other records and go with them."""
        return self.kind.model.parent_field is not None


def owned_by(user: User) -> list[Owned]:
    """What a person owns by record type: wholes before parts."""
    rows = Record.objects.filter(owner=user).values_list("type").annotate(Count("pk")).order_by("type")
    found = [Owned(registry.get(key), count) for key, count in rows]
    return sorted(found, key=lambda owned: (owned.is_part, owned.kind.nav_order))


def rows_owned_by(user: User, kind: RecordType, most: int) -> list[RecordModel]:
    """Up to `most` records of a type a person owns, those in the bin included."""
    rows = kind.model.everything.get_queryset().filter(owner=user).select_related("department")
    return list(rows.order_by("pk")[:most])


def people_by_key(keys: Iterable[int]) -> dict[int, User]:
    """People by their keys."""
    found: dict[int, User] = User.objects.in_bulk(list(keys))
    return found


def change_set(pk: int) -> ChangeSet:
    """A stored change set."""
    found: ChangeSet = ChangeSet.objects.get(pk=pk)
    return found


def person(pk: int) -> User | None:
    """A person with what their page shows."""
    found: User | None = User.objects.select_related("department", "superior", "deputy").filter(pk=pk).first()
    return found


def heads(user: User) -> list[Membership]:
    """The departments a person heads or works in besides their own."""
    return list(user.memberships.select_related("department").order_by("-is_head", "department__name"))


def department_tree() -> list[dict[str, Any]]:
    """The topmost departments, each with its heads, the number of its people, and those below it."""
    heads: dict[int, list[str]] = defaultdict(list)
    for row in Membership.objects.filter(is_head=True, user__is_active=True).select_related("user"):
        heads[row.department_id].append(row.user.full_name)
    active = Count("people", filter=Q(people__is_active=True))
    branches: dict[int, dict[str, Any]] = {
        row.pk: {"department": row, "heads": heads[row.pk], "people": row.active_people, "below": []}
        for row in Department.objects.annotate(active_people=active).order_by("position", "name")
    }
    for branch in branches.values():
        if (above := branch["department"].parent_id) is not None:
            branches[above]["below"].append(branch)
    return [branch for branch in branches.values() if branch["department"].parent_id is None]


def next_department_position() -> int:
    """Where a new department goes: last."""
    return int(Department.objects.aggregate(last=Max("position"))["last"] or 0) + 1


def next_role_position() -> int:
    """Where a new role goes: last."""
    return int(Role.objects.aggregate(last=Max("position"))["last"] or 0) + 1


def role_slugs() -> set[str]:
    """The keys that roles have."""
    return set(Role.objects.values_list("slug", flat=True))


def roles_in_use() -> QuerySet[Role]:
    """The roles a person can be given."""
    rows: QuerySet[Role] = Role.objects.in_use()
    return rows


def roles_of(user: User) -> list[Role]:
    """The roles of a person, archived ones left out."""
    return list(user.roles.in_use())


def has_second_factor(user: User) -> bool:
    """Whether the person signs in with a code as well."""
    return bool(Authenticator.objects.filter(user=user).exists())


def role_keys(user: User) -> list[int]:
    """The keys of a person's roles."""
    return list(user.roles.values_list("pk", flat=True)) if user.pk else []
