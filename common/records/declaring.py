"""How a record type is declared (docs/adding-a-record-type.md). From this the kit serves every page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

from django.db.models import Model, OrderBy, Prefetch, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from common.changes import binning
from common.changes import services as changes
from common.customfields import selectors as customfields
from common.customfields.models import CustomField
from common.kinds.models import RecordModel, RecordQuerySet
from common.people.models import User
from common.policy.principal import Principal

Words = str | Promise
Cell = dict[str, Any]
OWN_SECTION = "own"


@dataclass(frozen=True)
class Viewer:
    """Who looks, and the principal of that person."""

    user: User
    principal: Principal


@dataclass(frozen=True)
class Column:
    """A column of a list. Without `cell` the kind of the field draws it.

    `cell(obj, extra, viewer)` gives the data of a cell partial; `load(objs, viewer)` gives `extra`
    for each pk in one query. `field`: whose right to read it needs. `related`: what `cell` reads of foreign keys.
    """

    key: str
    label: Words = ""
    cell: Callable[[Any, Any, Viewer], Cell] | None = None
    load: Callable[[Sequence[Any], Viewer], Mapping[int, Any]] | None = None
    kind: str = ""
    slot: str = ""
    priority: int = 0
    field: str = ""
    hide_label: bool = False
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sort:
    """An order rows can be read in page by page: one column, then the key.

    `column` is one of the type's with an index, or a path to that of an own field; then `key` is the field's name.
    """

    key: str
    column: str
    label: Words
    descending: bool = False

    @property
    def is_beyond(self) -> bool:
        """Whether the column is not one of the type's table."""
        return "__" in self.column

    @property
    def field(self) -> str:
        """The field that is sorted by."""
        return self.key if self.is_beyond else self.column


@dataclass(frozen=True)
class NamedFilter:
    """A filter that is no field: `build(values, viewer)` gives the condition of chosen values.

    `unit`: instead of choices any whole number is taken, and said with this word behind it.
    """

    key: str
    label: Words
    build: Callable[[Sequence[str], Viewer], Q]
    choices: Callable[[Viewer], Iterable[tuple[str, Words]]] = lambda viewer: ()
    op_label: Words = ""
    # Conditions that only addresses of figures name: any values, said by this, never offered in the menu.
    say: Callable[[Sequence[str]], str] | None = None
    unit: Words = ""

    def takes(self, values: Sequence[str], viewer: Viewer) -> bool:
        """Whether these values mean something."""
        if self.unit:
            return len(values) == 1 and values[0].isdecimal() and len(values[0]) < 6
        return self.say is not None or set(values) <= {value for value, _label in self.choices(viewer)}


@dataclass(frozen=True)
class PresetView:
    """A tab over the list: a query string with a name; `sort` and `columns` where it brings its own."""

    key: str
    label: Words
    query: str
    sort: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A part of the form: names, and pairs of names that stand side by side."""

    key: str
    label: Words
    rows: Sequence[str | tuple[str, ...]]

    @property
    def names(self) -> list[str]:
        """All field names of the section, in order."""
        return [name for row in self.rows for name in ((row,) if isinstance(row, str) else row)]


@dataclass(frozen=True)
class Panel:
    """A section of the record page: `load(obj, viewer)` gives the template's data."""

    key: str
    label: Words
    template: str
    load: Callable[[Any, Viewer], dict[str, Any]]
    order: int = 50


@dataclass(frozen=True)
class Action:
    """A named operation: `run(obj, data, by)` calls its service, `form(obj, viewer)` asks for what it needs.

    The policy is asked for `permission` (the name when empty). `offered(obj)` hides what makes no sense now,
    `offered_to(obj, user_id, allowed)` what makes none for this person, who may do `allowed` to the record.
    `shown`: primary, button or menu.
    """

    name: str
    label: Words
    run: Callable[[Any, Mapping[str, Any], User], Any]
    icon: str = "chevron-right"
    permission: str = ""
    form: Callable[..., Any] | None = None
    offered: Callable[[Any], bool] = lambda obj: True
    offered_to: Callable[[Any, int, Collection[str]], bool] = lambda obj, user_id, allowed: True
    shown: str = "menu"
    done: Words = ""
    danger: bool = False
    key: str = ""
    choices: Callable[[Any, Viewer], list[dict[str, Any]]] | None = None

    def is_offered(self, obj: Any, principal: Principal, allowed: Collection[str]) -> bool:
        """Whether this person may do it to the record, and it makes sense."""
        may = (self.permission or self.name) in allowed
        return may and self.offered(obj) and self.offered_to(obj, principal.user_id, allowed)


@dataclass(frozen=True)
class Link:
    """A page of a higher app that a type's pages lead to, for who may do `permission`: `url(kind, obj)`.

    `place`: behind the dots of the "list" or of the "record", or the bar of "selected" rows, which are posted to it.
    """

    label: Words
    icon: str
    permission: str
    url: Callable[[RecordType, Any], str]
    place: str


@dataclass(frozen=True)
class Board:
    """A board: one column per value of `column`; dropping a card calls `move(obj, value_id, by)`.

    `groups(viewer, request)` gives the switch and the columns, `cards` orders them, `sums` adds up a column.
    """

    column: str
    groups: Callable[[HttpRequest, Viewer], Any]
    move: Callable[[Any, int, User], Any]
    card: Callable[[Any, Mapping[str, Any], Viewer], dict[str, Any]]
    order: Sequence[str | OrderBy]
    totals: Callable[[RecordQuerySet[Any]], dict[int, dict[str, Any]]]
    zones: Callable[[Any], list[dict[str, Any]]] = field(default=lambda pipeline: [])


@cache
def _beyond_names(model: type[Model], paths: tuple[str, ...]) -> list[str]:
    """The columns of what the foreign keys lead to that its name does not need."""
    found = []
    for path in paths:
        target: Any = model
        for step in path.split("__"):
            target = target._meta.get_field(step).related_model
        if named_by := getattr(target, "named_by", None):
            found += [
                f"{path}__{column.name}"
                for column in target._meta.concrete_fields
                if not (column.primary_key or column.name in named_by)
            ]
    return found


def _place(definition: CustomField, labels: Mapping[str, Words]) -> tuple[str, Words]:
    """The key and name of the section an own field stands in."""
    if definition.questionnaire is not None:
        return f"q{definition.questionnaire_id}", definition.questionnaire.label
    if not definition.section:
        return OWN_SECTION, _("More fields")
    own = f"own-{slugify(definition.section, allow_unicode=True)}"
    return (definition.section, "") if definition.section in labels else (own, definition.section)


@cache
def _fixed_url(namespace: str, verb: str) -> str:
    return reverse(f"{namespace}:{verb}")


class RecordType:
    """One class per record type. Everything a page needs to know, no rules, no queries of its own."""

    model: ClassVar[type[RecordModel]]
    namespace: ClassVar[str]
    icon: ClassVar[str] = "file"
    prefix: ClassVar[str] = ""
    label: ClassVar[Words]
    label_plural: ClassVar[Words]
    new_label: ClassVar[Words] = ""

    columns: ClassVar[Sequence[Column]] = ()
    filters: ClassVar[Sequence[str | NamedFilter]] = ()
    sorts: ClassVar[Sequence[Sort]] = ()
    toggle: ClassVar[tuple[str, str] | None] = None
    views: ClassVar[Sequence[PresetView]] = ()
    sections: ClassVar[Sequence[Section]] = ()
    panels: ClassVar[Sequence[Panel]] = ()
    actions: ClassVar[Sequence[Action]] = ()
    board: ClassVar[Board | None] = None
    # Records and dictionaries that lists and boards name; its page needs those of the form and `page_related`.
    related: ClassVar[Sequence[str]] = ()
    page_related: ClassVar[Sequence[str]] = ()
    # What the record's page fetches along: reverse relations to its parts.
    parts: ClassVar[Sequence[str | Prefetch[Any, Any, Any]]] = ()
    # The block of the side bar: own, sales, fulfilment, office, or empty for none.
    nav_block: ClassVar[str] = "sales"
    nav_order: ClassVar[int] = 50
    # The chapter of the guides about its records.
    chapter: ClassVar[str] = "user-guide#for-everybody"
    # The letter that leads to its list after `g`.
    go_key: ClassVar[str] = ""
    empty_text: ClassVar[Words] = ""
    # The few fields a new record is added with from anywhere; none: the whole form.
    quick: ClassVar[Sequence[str]] = ()
    # Whether `read_text` finds values in pasted text.
    reads_text: ClassVar[bool] = False
    # Numbers whose sum over many records means nothing.
    unsummed: ClassVar[Sequence[str]] = ()
    # The field a name typed into a chooser fills when it makes a new record; None: choosers only choose.
    inline_field: ClassVar[str | None] = None

    @property
    def key(self) -> str:
        """The type's name in permissions, events and URLs of the platform: `deals.deal`."""
        return str(self.model._meta.label_lower)

    def url(self, verb: str, *args: Any) -> str:
        """The address of a page of this type."""
        return reverse(f"{self.namespace}:{verb}", args=args) if args else _fixed_url(self.namespace, verb)

    def form_sections(self) -> list[Section]:
        """The sections of the form: the declared ones with the company's own fields in them, then its own ones."""
        own: dict[str, list[str]] = {}
        labels: dict[str, Words] = {section.key: section.label for section in self.sections}
        for name, made in customfields.fields_of(self.model).items() if self.sections else ():
            key, label = _place(made.definition, labels)  # type: ignore[attr-defined]  # made fields have it
            labels.setdefault(key, label)
            own.setdefault(key, []).append(name)
        declared = [Section(s.key, s.label, (*s.rows, *own.pop(s.key, ()))) for s in self.sections]
        return [*declared, *(Section(key, labels[key], names) for key, names in own.items())]

    def form_names(self) -> list[str]:
        """The fields of the form, in order."""
        return [name for section in self.form_sections() for name in section.names]

    def page_url(self, obj: RecordModel) -> str:
        """Where a record is shown: its own page, or its parent's."""
        return f"{self.url('list')}{obj.pk}/"

    def saved_url(self, obj: RecordModel) -> str:
        """Where saving its form leads."""
        return self.page_url(obj)

    def number_of(self, obj: RecordModel) -> str:
        """`D-12`."""
        return f"{self.prefix}-{obj.number}"

    def select(self, rows: RecordQuerySet[Any]) -> RecordQuerySet[Any]:
        """The rows with all that their list and page show of what they lead to."""
        return rows.select_related("owner", *self.related)

    def select_listed(self, rows: RecordQuerySet[Any], paths: Sequence[str] | None = None) -> RecordQuerySet[Any]:
        """The rows as lists (with the `paths` their columns need) and boards show them.

        Of the people and records they lead to, only what names them is read.
        """
        joined = tuple(paths) if paths is not None else ("owner", *self.related)
        return rows.select_related(*joined).defer(*_beyond_names(self.model, joined)) if joined else rows

    def totals(self, rows: RecordQuerySet[Any]) -> dict[str, Any]:
        """What the footer tells about all matching rows: `sums`, `parts`, and `count` where it is known."""
        return {}

    def head(self, obj: Any, viewer: Viewer) -> dict[str, Any]:
        """Star, parents, tags and badge of the page's head."""
        return {}

    def bar(self, obj: Any, viewer: Viewer) -> dict[str, Any] | None:
        """The stage bar, where the type has one."""
        return None

    def facts(self, obj: Any, viewer: Viewer) -> list[dict[str, Any]]:
        """The cells of the fact strip."""
        return []

    def planned(self, obj: Any) -> list[dict[str, Any]]:
        """What lies ahead, above the "Now" line of the timeline."""
        return []

    def step_url(self, obj: Any) -> str:
        """Where the next step of a record is planned; empty where it has none."""
        return ""

    def initial(self, request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
        """What a new form is filled with."""
        return {}

    def required_now(self, obj: Any) -> Collection[str]:
        """Fields that the form asks for because of where the record stands; None: a new one."""
        return ()

    def save_new(self, values: Mapping[str, Any], by: User) -> RecordModel:
        """Create a record from form values; types whose creation has a name override it with their service."""
        return changes.create(self.model, values, by=by)

    def save_edit(self, obj: Any, values: Mapping[str, Any], by: User, base_version: int | None) -> RecordModel:
        """Change a record from form values."""
        saved: RecordModel = changes.edit(obj, values, by=by, base_version=base_version)
        return saved

    def remove(self, obj: Any, by: User) -> None:
        """Put a record into the bin."""
        binning.remove(obj, by=by)

    def inline(self, text: str, around: Mapping[str, Any]) -> dict[str, Any]:
        """The values of a record made by its typed name, `around` being those of the form it is made in."""
        return {str(self.inline_field): text}

    def alike(self, typed: Mapping[str, str], viewer: Viewer) -> list[dict[str, Any]]:
        """Records that may be the same as what is being typed: `title`, `url`, `reason`."""
        return []

    def read_text(self, text: str) -> dict[str, str]:
        """The values of a new record found in pasted text."""
        return {}

    def option_note(self, obj: Any) -> str:
        """What stands beside the name in a chooser."""
        return ""
