"""Making a record one's own: nobody's by the right to take it, a colleague's only by the right to give it away too."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import scopes
from common.records import registry, services
from common.records.declaring import Action, RecordType, Viewer
from common.records.errors import AlreadyTaken, AlreadyYours

NAME = "take"


def action(
    run: Callable[[Any, User], object] = lambda obj, by: services.take(obj, by=by),
    offered: Callable[[Any], bool] = lambda obj: True,
) -> Action:
    """How a type declares that its records are taken; its `access.py` names the right."""
    return Action(
        NAME, gettext_lazy("Take"), lambda obj, data, by: run(obj, by), icon="hand-grab", shown="button",
        offered=offered, offered_to=_is_free_for, done=gettext_lazy("It is yours now"), key="t",
    )  # fmt: skip


def _is_free_for(obj: RecordModel, user_id: int, allowed: Collection[str]) -> bool:
    return obj.owner_id is None or (obj.owner_id != user_id and "transfer" in allowed)


def action_of(kind: RecordType) -> Action | None:
    """The action of a type whose records are taken."""
    return next((action for action in registry.actions(kind) if action.name == NAME), None)


def take(kind: RecordType, obj: RecordModel, by: User) -> None:
    """Take one of many, as its type does it."""
    found = action_of(kind)
    assert found is not None  # noqa: S101  # only offered where records are taken
    found.run(obj, {}, by)


def why_not(kind: RecordType, obj: RecordModel, viewer: Viewer, related: scopes.Relations) -> str:
    """Why a person who has the right to take does not take this one; empty where they do."""
    if obj.owner_id == viewer.user.pk:
        return str(AlreadyYours())
    if obj.owner_id is None or scopes.allows(viewer.principal, kind.model, "transfer", related):
        return ""
    return str(AlreadyTaken(owner=obj.owner))


def buttons(kind: RecordType, objs: Sequence[Any], viewer: Viewer) -> Mapping[int, dict[str, str]]:
    """For the rows of a page that their reader may take: where, and what the button says. At most one query."""
    found = action_of(kind)
    if found is None or not viewer.principal.may(kind.key, NAME):
        return {}
    others = [obj for obj in objs if obj.owner_id != viewer.user.pk and found.offered(obj)]
    related = scopes.relations(viewer.principal, others)
    return {
        obj.pk: {
            "url": kind.url("action", obj.pk, NAME), "icon": found.icon, "label": str(found.label),
            "told": _("Take: %(title)s") % {"title": obj.title},
        }
        for obj in others
        if found.is_offered(obj, viewer.principal, scopes.actions(
            viewer.principal, kind.model, related[obj.pk], (NAME, "transfer")))
    }  # fmt: skip
