"""What the columns of a file can fill: the fields of the type's form, its number, its key elsewhere, whose it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from common.changes import values as tracked
from common.importing.access import may_transfer
from common.importing.declaring import Extra, Whole, said_of
from common.importing.headers import plain
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.organisation.models import Department
from common.people.models import User
from common.policy import scopes
from common.records.declaring import RecordType, Viewer
from common.records.fieldkinds import Kind, kind_of
from common.records.fieldkinds.plain import BoolKind, ChoiceKind
from common.records.fieldkinds.references import ReferenceKind
from common.records.forms import form_field

NUMBER, OUTER, OWNER, DEPARTMENT = "number", "outer", "owner", "department"
BY_OUTER = "@"
"""`company@`: the company by the key it has in the system the file comes from."""
OWN_LABELS = {
    NUMBER: gettext_lazy("number (D-12)"), OUTER: gettext_lazy("key in the other system"),
    OWNER: gettext_lazy("owner"), DEPARTMENT: gettext_lazy("department"),
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One thing a column can fill. `model`: what it is chosen from; `linked`: whether those are records."""

    key: str
    label: str
    kind: Kind | None = None
    form: forms.Field | None = None
    model: type[Any] | None = None
    is_set: bool = False
    extra: Extra | None = None
    whole: Whole | None = None
    names: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The field it fills."""
        return self.key.removesuffix(BY_OUTER)

    @property
    def by_outer(self) -> bool:
        """Whether its cells hold keys of the other system."""
        return self.key.endswith(BY_OUTER)

    @property
    def linked(self) -> bool:
        """Whether it leads to records."""
        return self.model is not None and issubclass(self.model, RecordModel)

    @property
    def is_chosen(self) -> bool:
        """Whether its texts stand for entries of a list."""
        chosen = isinstance(self.kind, ChoiceKind | BoolKind)
        return chosen or (self.model is not None and not self.linked)

    @property
    def is_field(self) -> bool:
        """Whether it is a value of the record."""
        return self.form is not None and not self.by_outer

    @property
    def required(self) -> bool:
        """Whether the form demands it."""
        return self.is_field and self.form is not None and self.form.required


def targets_of(kind: RecordType, viewer: Viewer) -> dict[str, Target]:
    """What this person may fill of records of a type, by key, in the order of the form."""
    creates = scopes.creation_fields(viewer.principal, kind.model)
    changes = scopes.fields(viewer.principal, kind.model)
    found: dict[str, Target] = {}
    for name in kind.form_names():
        if creates.writable(name) or changes.writable(name):
            for target in _of_field(kind, name, viewer):
                found[target.key] = target
    for extra in said_of(kind).extras:
        names = frozenset(in_all_languages(partial(getattr, extra, "label")))
        rows = extra.rows(viewer)
        found[extra.key] = Target(extra.key, capital(extra.label), model=rows.model, extra=extra, names=names)
    for whole in said_of(kind).wholes:
        if all(name in found for name in whole.fields):
            names = frozenset(in_all_languages(partial(getattr, whole, "label")))
            found[whole.key] = Target(whole.key, capital(whole.label), whole=whole, names=names)
    if may_transfer(viewer.principal, kind):
        found[OWNER] = _own(OWNER, User)
        found[DEPARTMENT] = _own(DEPARTMENT, Department)
    found[NUMBER] = _own(NUMBER)
    found[OUTER] = _own(OUTER)
    return found


def _of_field(kind: RecordType, name: str, viewer: Viewer) -> Iterable[Target]:
    field_kind = kind_of(kind.model, name)
    form = form_field(kind.model, name, viewer, None)
    model = field_kind.target if isinstance(field_kind, ReferenceKind) else None
    is_set = isinstance(field_kind, ReferenceKind) and field_kind.is_set
    names = frozenset({plain(name), *in_all_languages(lambda: field_kind.label)})
    label = str(form.label or capital(field_kind.label))
    yield Target(name, label, field_kind, form, model, is_set, names=names)
    if model is not None and issubclass(model, RecordModel) and not is_set:
        said = _("%(field)s, by its key in the other system") % {"field": label}
        yield Target(f"{name}{BY_OUTER}", said, field_kind, form, model)


def _own(key: str, model: type[Any] | None = None) -> Target:
    # The heads of our own exports: "number" and "owner".
    names = {key, *in_all_languages(lambda: OWN_LABELS[key]), *in_all_languages(lambda: _("number"))}
    only = {plain(text) for text in names} if key == NUMBER else {key, *in_all_languages(lambda: OWN_LABELS[key])}
    return Target(key, capital(OWN_LABELS[key]), model=model, names=frozenset(only))


def in_all_languages(say: Callable[[], object]) -> set[str]:
    """What is said in each language, as heads are compared."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.add(plain(str(say())))
    return found


def current_of(obj: RecordModel, target: Target) -> Any:
    """What a record has at this target, encoded."""
    return tracked.current(obj, target.name)
