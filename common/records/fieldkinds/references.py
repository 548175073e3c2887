"""Kinds of fields that point to something: dictionaries, people, records, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.changes import values as tracked
from common.kinds.among import among
from common.kinds.masking import masked
from common.kinds.models import RecordModel
from common.organisation import selectors as organisation
from common.organisation.models import Department
from common.people.models import User
from common.places.models import City, Country
from common.records import registry
from common.records.declaring import Cell, Viewer, Words
from common.records.errors import BadFilter
from common.records.fieldkinds.plain import EMPTY, Kind

LINK_LABELS: dict[str, Words] = {
    "coowners": _("co-owners"), "assignees": _("assignees"), "shared_with": _("shared with"), "tags": _("tags"),
}  # fmt: skip


SEARCHED = (City, Country)
OF_DEPARTMENT, MY_DEPARTMENT = "d", "my-department"
ME = pgettext_lazy("person", "Me")


def _is_key(text: str) -> bool:
    return text.isdecimal() and len(text) < 18


def _people(keys: set[int], departments: set[int]) -> Any:
    """The keys of these people, and those who work in these departments."""
    works = Q(department__in=departments) | Q(memberships__department__in=departments)
    return User.objects.filter(Q(pk__in=keys) | works).values("pk")


def departments() -> list[tuple[str, str]]:
    """Everybody of a department, as a choice among people."""
    words = gettext("everybody of %(department)s")
    return [(f"{OF_DEPARTMENT}{row.pk}", words % {"department": row}) for row in organisation.departments()]


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
            return ~self._linked(None)
        return Q(**{f"{path}__isnull": True}, **fixed)

    def _linked(self, keys: Any) -> Q:
        link = tracked.link_fields[self.name]
        rows = link.model._base_manager.filter(**link.fixed)
        if keys is not None:
            rows = rows.filter(**{f"{link.target}__in": keys})
        return among(rows, "record")

    def condition(self, op: str, given: Sequence[str], viewer: Viewer) -> Q:
        keys = self._keys(given, viewer)
        if self.field is None:
            return self._linked(keys)
        if self.is_set and not tracked.is_beside(self.name):
            return self._many(keys)
        return self.where("in", keys)

    def _keys(self, given: Sequence[str], viewer: Viewer) -> Any:
        """The keys that are meant: those named, or of people a query where departments are named."""
        keys: set[int] = set()
        departments: set[int] = set()
        for value in given:
            department = value[len(OF_DEPARTMENT) :] if value.startswith(OF_DEPARTMENT) else ""
            if value == "me" and self.target is User:
                keys.add(viewer.user.pk)
            elif value == MY_DEPARTMENT and self.target in (User, Department):
                departments |= viewer.principal.departments
            elif _is_key(department) and self.target is User:
                departments.add(int(department))
            elif _is_key(value):
                keys.add(int(value))
            else:
                raise BadFilter(part=f"{self.name}:{','.join(given)}"[:80])
        if not departments:
            return keys
        return keys | departments if self.target is Department else _people(keys, departments)

    def _many(self, keys: Any) -> Q:
        return among(self.model._base_manager.filter(**{f"{self.name}__in": keys}), "pk")

    def words(self, op: str, given: Sequence[str], viewer: Viewer) -> str:
        said: dict[str, str] = {"me": str(ME), MY_DEPARTMENT: str(_("my department"))}
        keys = [int(value) for value in given if _is_key(value)]
        if keys:
            said |= {str(row.pk): str(row) for row in self.nameable(viewer).filter(pk__in=keys)}
        if any(value.startswith(OF_DEPARTMENT) for value in given):
            said |= dict(departments())
        return ", ".join(said.get(value, "?") for value in given)

    def nameable(self, viewer: Viewer) -> models.QuerySet[Any]:
        """The rows whose name this person may read: of records only the visible ones."""
        if issubclass(self.target, RecordModel):
            visible: models.QuerySet[Any] = self.target.objects.for_user(viewer.principal)
            return visible
        return self.target._base_manager.all()

    @property
    def is_record(self) -> bool:
        """Whether it points to records."""
        return issubclass(self.target, RecordModel)

    @property
    def is_searched(self) -> bool:
        """Whether there are too many to list them: they are found by typing."""
        return self.is_record or self.target in SEARCHED

    @property
    def choose_url(self) -> str:
        """Where what is typed is looked up."""
        label = self.target._meta.label_lower
        return registry.get(label).url("choose") if self.is_record else reverse("choose", args=[label])

    def chosen(self, given: Sequence[str], viewer: Viewer) -> list[dict[str, Any]]:
        """Values with their names."""
        keys = [int(value) for value in given if _is_key(value)]
        rows = self.nameable(viewer).filter(pk__in=keys) if keys else ()
        return [{"value": row.pk, "text": str(row)} for row in rows]

    def choices(self, viewer: Viewer) -> Iterable[tuple[str, Words]]:
        if self.is_record:
            return ()
        if self.target is User:
            people = User.objects.filter(is_active=True)
            mine = [("me", ME), (MY_DEPARTMENT, _("my department"))]
            return [*mine, *departments(), *((str(row.pk), str(row)) for row in people)]
        rows = self.target._default_manager.select_related(*getattr(self.target, "choice_related", ()))
        if tracked.is_beside(self.name):
            rows = rows.filter(**self.field.get_limit_choices_to())
        own = [(MY_DEPARTMENT, _("my department"))] if self.target is Department else []
        return [*own, *((str(row.pk), getattr(row, "choice_label", "") or str(row)) for row in rows)]

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
        """What each row is linked to, in words and in the order of its list: one query for all."""
        own: dict[int, list[str]] = {obj.pk: [] for obj in objs}
        masks = self.is_record and any(obj.is_masked for obj in objs)
        for pk, row in self._links(list(own)):
            own[pk].append(str(masked(row) if masks else row))
        return [", ".join(own[obj.pk]) for obj in objs]

    def _links(self, pks: list[int]) -> Iterable[tuple[int, Any]]:
        """Each of these rows with something it is linked to."""
        if self.field is None:
            link = tracked.link_fields[self.name]
            rows, of, to = link.model._base_manager.filter(**link.fixed), "record", link.target
        else:
            rows = self.field.remote_field.through._base_manager.all()
            of, to = self.field.m2m_field_name(), self.field.m2m_reverse_field_name()
        order = [f"{to}__{name}" for name in self.target._meta.ordering or ()] + [f"{to}__pk"]
        linked = rows.filter(**{f"{of}__in": pks}).select_related(to).order_by(*order)
        return ((getattr(row, f"{of}_id"), getattr(row, to)) for row in linked)


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
