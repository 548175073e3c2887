"""The one place that writes saved views, pins and preferences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max

from common.people.models import User
from common.views import selectors
from common.views.errors import NotYourView
from common.views.models import ListPreference, SavedView, ViewEditor, ViewPin

LONGEST_STATE = 4000
"""Characters of a query string that is kept; a longer one fits no address."""


def create_view(type_key: str, state: Mapping[str, Any], *, by: User, **values: Any) -> SavedView:
    """Give a list a name: `name`, `reach`, `editors`."""
    with transaction.atomic():
        view = SavedView(type=type_key, owner=by, state=dict(state))
        _store(view, by=by, **values)
    return view


def change_view(view: SavedView, *, by: User, **values: Any) -> SavedView:
    """Change the name and, where it is one's own, whom it is shown to and who may change it. Raises `NotYourView`."""
    _check(view, by)
    with transaction.atomic():
        _store(view, by=by, **values)
    return view


def _store(view: SavedView, *, by: User, name: str, reach: str = "", editors: Iterable[User] | None = None) -> None:
    view.name = name
    if reach and selectors.owns(by, view):
        view.reach = reach
        view.department = view.owner.department if reach == SavedView.Reach.DEPARTMENT else None
    view.save()
    if editors is not None and selectors.owns(by, view):
        view.editors.all().delete()
        ViewEditor.objects.bulk_create(ViewEditor(view=view, user=user) for user in editors if user.pk != view.owner_id)
    selectors.forget(by)


def save_state(view: SavedView, state: Mapping[str, Any], *, by: User) -> None:
    """Let a view show what the person sees now. Raises `NotYourView`."""
    _check(view, by)
    view.state = dict(state)
    view.save(update_fields=["state"])
    selectors.forget(by)


def delete_view(view: SavedView, *, by: User) -> None:
    """Delete a view; pins of it go along. Raises `NotYourView`."""
    if not selectors.owns(by, view):
        raise NotYourView
    view.delete()
    selectors.forget(by)


def _check(view: SavedView, by: User) -> None:
    if not selectors.may_change(by, view):
        raise NotYourView


def pin(user: User, type_key: str, key: str) -> None:
    """Put a view into the side bar, below those that are there."""
    view = selectors.get_view(user, int(key)) if key.isdecimal() else None
    with transaction.atomic():
        last = ViewPin.objects.filter(user=user).aggregate(last=Max("position"))["last"] or 0
        values = {"view": view, "position": last + 1}
        ViewPin.objects.get_or_create(user=user, type=type_key, key=key, defaults=values)
    selectors.forget(user)


def unpin(user: User, type_key: str, key: str) -> None:
    """Take a view out of the side bar."""
    ViewPin.objects.filter(user=user, type=type_key, key=key).delete()
    selectors.forget(user)


def order_pins(user: User, wanted: Sequence[str]) -> None:
    """Put the side bar's views in this order of `type:key`."""
    with transaction.atomic():
        for position, name in enumerate(wanted, start=1):
            type_key, _colon, key = name.partition(":")
            ViewPin.objects.filter(user=user, type=type_key, key=key).update(position=position)
    selectors.forget(user)


def arrange(user: User, type_key: str, **changes: Any) -> None:
    """Remember columns, widths, sort, last or layout of a person's lists of a type; what is None is forgotten."""
    with transaction.atomic():
        row, _made = ListPreference.objects.select_for_update().get_or_create(user=user, type=type_key)
        state = {**row.state, **changes}
        row.state = {name: value for name, value in state.items() if value is not None}
        row.save(update_fields=["state"])
    selectors.forget(user)
