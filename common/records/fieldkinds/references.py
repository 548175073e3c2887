"""Kinds of fields that point to something: dictionaries, people, records, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.changes import values as tracked
from common.kinds.models import RecordModel
from common.people.models import User
from common.records import registry
from common.records.declaring import Cell, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds.plain import EMPTY, Kind

LINK_LABELS: dict[str, Words] = {
    "coowners": _("co-owners"), "assignees": _("assignees"), "shared_with": _("shared with"), "tags": _("tags"),
}  # fmt: skip


class ReferenceKind(Kind):
    """A foreign key or set of keys: dictionaries, people, records, links."""

    input = "choices"
    operators: ClassVar[dict[str, Words]] = {"in": _("is"), "not": _("is not"), **EMPTY}

    @property
    def target(self) -> type[models.Model]:
        """What it points to."""
        found = tracked.related_model(self.model, self.name)
        assert found is not None  # noqa: S101  # a reference points somewhere
        return found

    @property
    def is_set(self) -> bool:
        """Whether it can hold several."""
        return self.field is None or bool(self.field.many_to_many)

    @property
    def label(self) -> Words:
        return LINK_LABELS[self.name] if self.field is None else self.field.verbose_name

    @property
    def related(self) -> tuple[str, ...]:
        return () if self.is_set or tracked.is_beside(self.name) else (self.name,)

    def _path(self) -> tuple[str, dict[str, Any]]:
        if self.field is not None:
            return self.name, {}
        link = tracked.link_fields[self.name]
        fixed = {f"record__{link.relation}__{key}": value for key, value in link.fixed.items()}
        return f"record__{link.relation}__{link.target}", fixed

    def q_empty(self) -> Q:
        if tracked.is_beside(self.name):
            return self.where("isnull", True)  # noqa: FBT003  # a lookup's value
        path, fixed = self._path()
        if self.field is None:
            return ~Q(pk__in=self._linked(None))
        return Q(**{f"{path}__isnull": True}, **fixed)

    def _linked(self, keys: list[int] | None) -> Any:
        link = tracked.link_fields[self.name]
        rows = link.model._base_manager.filter(**link.fixed)
        if keys is not None:
            rows = rows.filter(**{f"{link.target}__in": keys})
        return rows.values("record_id")

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        keys = [viewer.user.pk if value == "me" and self.target is User else value for value in given]
        if not all(str(key).isdecimal() and len(str(key)) < 18 for key in keys):
            raise BadFilter(part=f"{self.name}.{op}:{','.join(given)}")
        numbers = [int(key) for key in keys]
        if self.field is None:
            found = Q(pk__in=self._linked(numbers))
        elif self.is_set and not tracked.is_beside(self.name):
            found = self._many(numbers)
        else:
            found = self.where("in", numbers)
        return ~found if op == "not" else found

    def _many(self, numbers: list[int]) -> Q:
        rows = self.model._base_manager.filter(**{f"{self.name}__in": numbers})
        return Q(pk__in=rows.values("pk"))

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        keys = [int(value) for value in given if value.isdecimal() and len(value) < 18]
        named = {row.pk: str(row) for row in self._nameable(viewer).filter(pk__in=keys)} if keys else {}
        me = str(pgettext_lazy("person", "Me"))
        return ", ".join(me if value == "me" else named.get(int(value), "?") for value in given)

    def _nameable(self, viewer: Viewer) -> models.QuerySet[Any]:
        """The rows whose name this person may read: of records only the visible ones."""
        if issubclass(self.target, RecordModel):
            visible: models.QuerySet[Any] = self.target.objects.for_user(viewer.principal)
            return visible
        return self.target._base_manager.all()

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        if issubclass(self.target, RecordModel):
            return ()
        if self.target is User:
            people = User.objects.filter(is_active=True)
            return [("me", pgettext_lazy("person", "Me")), *((str(row.pk), str(row)) for row in people)]
        rows = self.target._default_manager.select_related(*getattr(self.target, "choice_related", ()))
        if tracked.is_beside(self.name):
            rows = rows.filter(**self.field.get_limit_choices_to())
        return [(str(row.pk), getattr(row, "choice_label", "") or str(row)) for row in rows]

    def text(self, obj: Any) -> str:
        if self.is_set:
            return ", ".join(map(str, self._linked_to(obj)))
        value = getattr(obj, self.name)
        return "" if value is None else str(value)

    def _linked_to(self, obj: Any) -> Iterable[Any]:
        if self.field is None:
            return tracked.link_fields[self.name].of(obj)
        found: Any = getattr(obj, self.name)
        several: Iterable[Any] = found if tracked.is_beside(self.name) else found.all()
        return several

    def plains(self, objs: Sequence[Any]) -> list[Any]:
        own = tracked.is_beside(self.name)
        return [*self._names(objs)] if self.is_set and not own else super().plains(objs)

    def _names(self, objs: Sequence[Any]) -> list[str]:
        """What each row is linked to, in words: two queries for all."""
        own: dict[int, list[int]] = {obj.pk: [] for obj in objs}
        for pk, key in self._links(list(own)):
            own[pk].append(key)
        wanted = {key for keys in own.values() for key in keys}
        rows: Any = self.target._base_manager.filter(pk__in=wanted)
        masks = issubclass(self.target, RecordModel) and any(obj.is_masked for obj in objs)
        names = {row.pk: str(row) for row in (rows.masked() if masks else rows)}
        place = {key: index for index, key in enumerate(names)}
        return [", ".join(names[key] for key in sorted(own[obj.pk], key=place.__getitem__)) for obj in objs]

    def _links(self, pks: list[int]) -> Iterable[tuple[int, int]]:
        if self.field is None:
            link = tracked.link_fields[self.name]
            linked = link.model._base_manager.filter(record_id__in=pks, **link.fixed)
            return linked.values_list("record_id", f"{link.target}_id")
        rows = self.model._base_manager.filter(**{"pk__in": pks, f"{self.name}__isnull": False})
        return rows.values_list("pk", self.name)


class RecordKind(ReferenceKind):
    """A foreign key to another record: its name, a link to its page."""

    cell_kind = "link"

    def cell(self, obj: Any) -> Cell:
        value = getattr(obj, self.name)
        if value is None:
            return {"text": ""}
        return {"text": value.title, "url": registry.of(value).page_url(value)}


class PersonKind(ReferenceKind):
    """A person: an avatar."""

    cell_kind = "people"

    def cell(self, obj: Any) -> Cell:
        value = getattr(obj, self.name)
        return {"people": [person_cell(value)] if value else [], "name": True}


def person_cell(user: User) -> dict[str, Any]:
    """What the avatar partial needs of a person."""
    return {"name": user.full_name, "initials": user.initials, "tint": user.tint}
