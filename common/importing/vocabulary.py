"""What the texts of a column stand for: entries of a list, by every name they have in any language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.changes import services as changes
from common.importing.targets import DEPARTMENT, OWNER, Target
from common.kinds.models import Dictionary
from common.kinds.words import fold
from common.organisation.models import Department
from common.people.models import User
from common.people.selectors import active_people
from common.records.declaring import Viewer
from common.records.fieldkinds.plain import BoolKind

EMPTY, CREATE, REST = "-", "+", "*"
"""What a text may stand for besides an entry: nothing, a new one; and the key for all texts not named."""
SETTINGS = ("setup", "change")
YES = ("yes", "y", "true", "1", "on", "x", "да", "истина", "+", "✓")
NOTHING: Mapping[str, Any] = {}
NO = ("no", "n", "false", "0", "off", "нет", "ложь", "-")


@dataclass
class Vocabulary:
    """The entries of a list: `options` as (key, label), `rows` behind the keys, and the texts that mean them.

    `needs`: the fields of a record that an entry has too, as a city has its country. `longest`: how many parts between
    commas a name has at most.
    """

    options: list[tuple[str, str]] = field(default_factory=list)
    rows: dict[str, Any] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    longest: int = 1
    may_create: bool = False

    def add(self, key: str, label: str, names: Iterable[object], row: Any) -> None:
        """An entry with its names."""
        self.options.append((key, label))
        self.rows[key] = row
        for name in {fold(str(name)) for name in (*names, label) if name}:
            self.known.setdefault(name, []).append(key)
            self.longest = max(self.longest, name.count(",") + 1)

    def find(self, text: str, around: Mapping[str, Any] = NOTHING) -> str | None:
        """The key of the one entry a text means; `around` tells the cities of one name apart by their country."""
        keys = self.known.get(fold(text), [])
        said = {name: around[name] for name in self.needs if around.get(name) is not None}
        if said:
            keys = [key for key in keys if all(getattr(self.rows[key], n) == value for n, value in said.items())]
        return keys[0] if len(keys) == 1 else None

    def is_unknown(self, text: str) -> bool:
        """Whether no entry has this name, or several have that nothing in a row tells apart."""
        count = len(self.known.get(fold(text), ()))
        return not count or (count > 1 and not self.needs)

    def split(self, text: str) -> list[str]:
        """The names in a cell of several: what stands between commas and semicolons, unless it is one name."""
        if self.find(text):
            return [text]
        found: list[str] = []
        parts = [part.strip() for line in text.splitlines() for part in line.split(";")]
        for part in filter(None, parts):
            found += self._at_commas([word.strip() for word in part.split(",")])
        return [part for part in found if part]

    def _at_commas(self, words: list[str]) -> list[str]:
        """The names these words are, each of them perhaps one with commas in it."""
        found, place = [], 0
        while place < len(words):
            wholes = [", ".join(words[place : place + count]) for count in range(self.longest, 0, -1)]
            known = next((n for n, whole in enumerate(wholes) if self.find(whole)), self.longest - 1)
            found.append(wholes[known])
            place += self.longest - known
        return found


def vocabulary_of(target: Target, viewer: Viewer, names: Collection[str]) -> Vocabulary:
    """What can be chosen for a target of a type whose form has these names."""
    found = Vocabulary()
    if isinstance(target.kind, BoolKind):
        for key, words, label in (("1", YES, _("yes")), ("0", NO, _("no"))):
            found.add(key, label, words, key == "1")
        return found
    if target.model is None:
        _add_choices(found, target)
        return found
    for row in rows_of(target, viewer):
        said = target.extra.names(row) if target.extra else _names(row)
        found.add(str(row.pk), str(getattr(row, "choice_label", "") or row), said, row)
    found.needs = [name for name in needs(target.model) if name in names] if target.is_field else []
    found.may_create = target.is_field and may_create(target.model, viewer, names)
    return found


def rows_of(target: Target, viewer: Viewer) -> Any:
    """The rows that may be chosen today."""
    if target.extra is not None:
        return target.extra.rows(viewer)
    if target.key == OWNER:
        return active_people()
    if target.key == DEPARTMENT:
        return Department.objects.in_use()
    assert isinstance(target.form, forms.ModelChoiceField)  # noqa: S101  # for the type checker
    return target.form.queryset


def _add_choices(found: Vocabulary, target: Target) -> None:
    said: dict[str, list[str]] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for key, label in target.form.choices if target.form else ():  # type: ignore[attr-defined]
                said.setdefault(str(key), []).append(str(label))
    shown = dict(target.form.choices) if target.form else {}  # type: ignore[attr-defined]
    for key, names in said.items():
        if key:
            found.add(key, str(shown.get(key, key)), [key, *names], key)


def _names(row: Any) -> Sequence[object]:
    if isinstance(row, User):
        turned = f"{row.last_name} {row.first_name}", f"{row.last_name}, {row.first_name}"
        return [row.full_name, row.username, row.email, *turned]
    names = getattr(row, "names", None) or {}
    return [getattr(row, "name", ""), *names.values(), getattr(row, "code", ""), row]


def may_create(model: type[Model], viewer: Viewer, names: Collection[str]) -> bool:
    """Whether the person may add entries to a list: a name, and fields of the record, are all that is asked."""
    is_theirs = issubclass(model, Dictionary) and viewer.principal.may(*SETTINGS)
    return is_theirs and set(_demanded(model)) <= set(needs(model)) & set(names)


def needs(model: type[Model]) -> list[str]:
    """The dictionaries an entry belongs to: a city to its country."""
    return [name for name in _demanded(model) if model._meta.get_field(name).is_relation]


@cache
def _demanded(model: type[Model]) -> tuple[str, ...]:
    """What an entry of a list must have beside its name."""
    if not issubclass(model, Dictionary):
        return ()
    try:
        model(name="x").clean_fields(exclude=["position"])
    except ValidationError as problem:
        return tuple(problem.message_dict)
    return ()


def create(model: type[Any], text: str, around: Mapping[str, Any], viewer: Viewer) -> Any:
    """A new entry of this name, `around` being the values of the record it is made for. Raises `ValidationError`."""
    row = model(name=text[:120], **{name: around.get(name) for name in needs(model)})
    row.full_clean(exclude=["position"])
    changes.save_dictionary(row, by=viewer.user)
    return row
