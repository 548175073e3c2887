"""Saved views, pins and preferences, read together: one query for a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BooleanField, CharField, Exists, F, IntegerField, JSONField, OuterRef, Q, QuerySet, Value

from common.kinds.errors import NotVisible
from common.people.models import User
from common.policy.principal import Principal, principal_of
from common.records import registry
from common.records.declaring import PresetView, RecordType
from common.records.desks import Desk, SavedTab
from common.views.models import ListPreference, SavedView, ViewEditor, ViewPin

SHAPE = ("what", "key", "of_type", "label", "given", "who", "shown_to", "named", "place")


@dataclass(frozen=True)
class Pin:
    """A view in the side bar."""

    type: str
    key: str
    label: str
    layout: str


@dataclass
class Kept:
    """Everything one query brings: the views of a type and those that are pinned, the pins, the preference."""

    type_key: str
    views: dict[int, SavedTab] = field(default_factory=dict)
    types: dict[int, str] = field(default_factory=dict)
    pins: list[tuple[int, str, str]] = field(default_factory=list)
    own: Mapping[str, Any] = field(default_factory=dict)


def desk(user: User, type_key: str) -> Desk:
    """What a person arranged for a type."""
    kept, own = read(user, type_key), read(user, type_key).own
    return Desk(
        views=tuple(view for pk, view in kept.views.items() if kept.types[pk] == type_key),
        columns=tuple(own.get("columns", ())), widths=own.get("widths", {}), sort=own.get("sort", ""),
        last=own.get("last", ""), layout=own.get("layout", ""),
        pinned=frozenset(key for _place, of_type, key in kept.pins if of_type == type_key),
    )  # fmt: skip


def pin_rows(principal: Principal) -> QuerySet[ViewPin]:
    """The pins of a person, to be counted along with what waits: who has none is not asked about them."""
    return ViewPin.objects.filter(user=principal.user_id)


def pins(user: User) -> list[Pin]:
    """The pinned views of a person that still are, in order."""
    known = getattr(user, "_kept_views", None)
    kept = known if isinstance(known, Kept) else read(user, "")
    found = []
    for _place, of_type, key in sorted(kept.pins):
        kind = registry.find(of_type)
        view = _pinned_view(kept, kind, key)
        if kind is not None and view is not None and principal_of(user).may(of_type, "view"):
            found.append(Pin(of_type, key, str(view.label), view.layout if isinstance(view, SavedTab) else "list"))
    return found


def _pinned_view(kept: Kept, kind: RecordType | None, key: str) -> PresetView | None:
    if kind is None:
        return None
    if key.isdecimal():
        return kept.views.get(int(key))
    return next((view for view in registry.views(kind) if view.key == key), None)


def read(user: User, type_key: str) -> Kept:
    """What there is for a page of this type, read once per request: it stays with the person's object."""
    known = getattr(user, "_kept_views", None)
    if isinstance(known, Kept) and known.type_key == type_key:
        return known
    kept = _read(user, type_key)
    user._kept_views = kept  # type: ignore[attr-defined]  # a cache on the instance
    return kept


def forget(user: User) -> None:
    """What was read is no longer true."""
    user._kept_views = None  # type: ignore[attr-defined]  # a cache on the instance


def _read(user: User, type_key: str) -> Kept:
    principal = principal_of(user)
    kept = Kept(type_key)
    rows: Sequence[Any] = list(_views(principal, type_key).union(_pins(user), _own(user, type_key), all=True))
    for what, key, of_type, label, given, who, shown_to, named, place in sorted(rows, key=_order):
        if what == "own":
            kept.own = given
        elif what == "pin":
            kept.pins.append((place, of_type, label))
        else:
            kept.types[key] = of_type
            kept.views[key] = _tab(key, label, given, shown_to, may=_may_change(principal, who, shown_to, named=named))
    return kept


def _order(row: Sequence[Any]) -> tuple[str, str, int]:
    return row[0], str(row[3]).casefold(), row[1]


def _tab(key: int, label: str, state: Mapping[str, Any], reach: str, *, may: bool) -> SavedTab:
    return SavedTab(
        str(key), label, state.get("query", ""), sort=state.get("sort", ""), columns=tuple(state.get("columns", ())),
        layout=state.get("layout", "list"), is_shared=reach != SavedView.Reach.OWN, may_change=may,
    )  # fmt: skip


def _may_change(principal: Principal, owner: int, reach: str, *, named: bool) -> bool:
    """The owner, the named editors, and of shared views an administrator: their owner may have left."""
    is_shared = reach != SavedView.Reach.OWN
    return owner == principal.user_id or named or (is_shared and principal.is_administrator)


def visible_q(principal: Principal) -> Q:
    """The views a person sees: own, shared with them, those they may change. Whoever left still shares theirs."""
    edited = ViewEditor.objects.filter(user=principal.user_id).values("view_id")
    mine = Q(owner=principal.user_id) | Q(reach=SavedView.Reach.COMPANY) | Q(pk__in=edited)
    return mine | Q(reach=SavedView.Reach.DEPARTMENT, department__in=sorted(principal.departments))


def _views(principal: Principal, type_key: str) -> QuerySet[Any, Any]:
    pinned = Exists(ViewPin.objects.filter(view=OuterRef("pk"), user=principal.user_id))
    named = Exists(ViewEditor.objects.filter(view=OuterRef("pk"), user=principal.user_id))
    return (
        SavedView.objects.filter(visible_q(principal)).filter(Q(type=type_key) | pinned).annotate(
            what=_text("view"), key=F("pk"), of_type=F("type"), label=F("name"), given=F("state"), who=F("owner_id"),
            shown_to=F("reach"), named=named, place=_number(0),
        ).values_list(*SHAPE)
    )  # fmt: skip


def _pins(user: User) -> QuerySet[Any, Any]:
    return ViewPin.objects.filter(user=user).annotate(
        what=_text("pin"), of_type=F("type"), label=F("key"), given=Value({}, output_field=JSONField()),
        who=F("user_id"), shown_to=_text(""), named=_false(), place=F("position"), row=F("pk"),
    ).values_list("what", "row", *SHAPE[2:])  # fmt: skip


def _own(user: User, type_key: str) -> QuerySet[Any, Any]:
    return ListPreference.objects.filter(user=user, type=type_key).annotate(
        what=_text("own"), key=F("pk"), of_type=F("type"), label=_text(""), given=F("state"), who=F("user_id"),
        shown_to=_text(""), named=_false(), place=_number(0),
    ).values_list(*SHAPE)  # fmt: skip


def _text(value: str) -> Value:
    return Value(value, output_field=CharField())


def _number(value: int) -> Value:
    return Value(value, output_field=IntegerField())


def _false() -> Value:
    return Value(False, output_field=BooleanField())  # noqa: FBT003  # how Django says it


def get_view(user: User, pk: int) -> SavedView:
    """A view the person sees. Raises `NotVisible`."""
    found = SavedView.objects.filter(visible_q(principal_of(user)), pk=pk).select_related("owner", "department").first()
    if found is None or not principal_of(user).may(found.type, "view"):
        raise NotVisible
    return found


def may_change(user: User, view: SavedView) -> bool:
    """Whether the person may change what a view shows and its name."""
    named = view.editors.filter(user=user).exists()
    return _may_change(principal_of(user), view.owner_id, view.reach, named=named)


def owns(user: User, view: SavedView) -> bool:
    """Whether the person may share it, name its editors, delete it."""
    return view.owner_id == user.pk or (view.is_shared and principal_of(user).is_administrator)


def listed(user: User) -> list[SavedView]:
    """All views a person sees, by type and name."""
    rows = SavedView.objects.filter(visible_q(principal_of(user))).select_related("owner")
    return [row for row in rows.order_by("type", "name", "pk") if principal_of(user).may(row.type, "view")]


def editors_of(view: SavedView) -> list[User]:
    """Who may change a view besides its owner."""
    return [row.user for row in view.editors.select_related("user").order_by("pk")]
