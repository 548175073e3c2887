from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from common.kinds.errors import Forbidden, NotVisible
from common.kinds.masking import masked
from common.kinds.models import RecordModel, RecordQuerySet
from common.people.models import User
from common.policy import scopes
from common.policy.models import Role, RoleMember
from common.policy.principal import Principal, principal_of, principals_of

R = TypeVar("R", bound=RecordModel)


def somebody_may_do_everything() -> bool:
    """Whether an active person is left who may do everything; waits for changes of who that is."""
    roles = Role.objects.select_for_update().in_use().filter(is_administrator=True)
    members = RoleMember.objects.filter(role__in=[role.pk for role in roles], user__is_active=True)
    return bool(members.exists())


def get_visible(rows: RecordQuerySet[R], user: User | Principal, pk: object, action: str = "view") -> R:
    """The one way to one row. Raises `NotVisible` (404) or, visible but not this action, `Forbidden` (403)."""
    principal = principal_of(user)
    try:
        obj = rows.for_user(principal).filter(pk=pk).first()
    except (ValueError, TypeError, OverflowError):
        obj = None
    if obj is None:
        raise NotVisible
    if action != "view":
        require(principal, obj, action)
    return obj


def visible_keys(
    user: User | Principal, wanted: Iterable[tuple[type[RecordModel], int | None]], *, with_bin: bool = False
) -> set[int]:
    """Those of these records, of any types, that the person may see; one query."""
    by_model: dict[type[RecordModel], set[int]] = defaultdict(set)
    for model, key in wanted:
        if key is not None:
            by_model[model].add(key)
    parts = []
    for model, keys in by_model.items():
        rows = (model.everything if with_bin else model.objects).get_queryset().filter(pk__in=keys)
        parts.append(rows.for_user(user).order_by().values_list("pk"))
    return {key for (key,) in parts[0].union(*parts[1:], all=True)} if parts else set()


def as_seen(user: User | Principal, obj: R) -> R:
    """The record as the person sees it: without contact details where these are hidden from them."""
    return masked(obj) if principal_of(user).hides_contacts and not obj.is_masked else obj


def require(user: User | Principal, obj: RecordModel, action: str) -> None:
    """Raise `Forbidden` unless the person may do `action` to this record."""
    if not may(user, obj, action):
        raise Forbidden


def require_type(user: User | Principal, model: type[RecordModel], action: str) -> None:
    """Raise `Forbidden` unless the person may do `action` to at least some rows of the type."""
    if not principal_of(user).may(model._meta.label_lower, action):
        raise Forbidden


def may(user: User | Principal, obj: RecordModel, action: str) -> bool:
    """Whether the person may do `action` to this record; one query."""
    principal = principal_of(user)
    related = scopes.relations(principal, [obj])[obj.pk]
    return scopes.allows(principal, type(obj), action, related)


def who_may(users: Iterable[User], obj: RecordModel, action: str) -> set[int]:
    """Those of these people who may do `action` to this record: `may` for many, in as many queries as for few."""
    principals = principals_of(users)
    if not principals:
        return set()
    related = scopes.relations_of(principals, obj)
    return {one.user_id for one in principals if scopes.allows(one, type(obj), action, related[one.user_id])}


def field_rights(user: User | Principal, obj: RecordModel) -> scopes.FieldRights:
    """Which fields of this record the person may read and write; one query."""
    principal = principal_of(user)
    related: Any = scopes.relations(principal, [obj])[obj.pk]
    return scopes.fields(principal, type(obj), related)
