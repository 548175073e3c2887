"""The four kinds of models (ARCHITECTURE.md, "One door for writing").

`RecordModel`: what people work on, written only through `common.changes`. `Dictionary`: what they
choose from. `Ledger`: written by its one engine. `Projection`: written by its projector.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds import beside, dictionary, guard
from common.kinds.guard import OutsideChanges
from common.kinds.masking import MaskingIterable
from common.kinds.words import title_sort

if TYPE_CHECKING:
    from common.people.models import User
    from common.policy.principal import Principal

M = TypeVar("M", bound=models.Model)

_scope: list[Callable[[RecordQuerySet[Any], User | Principal, str], RecordQuerySet[Any]]] = []


def set_scope(rule: Callable[[RecordQuerySet[Any], User | Principal, str], RecordQuerySet[Any]]) -> None:
    """Called once by common.policy, which decides who sees which rows."""
    _scope[:] = [rule]


class Config(models.Model):
    """One row: the version of everything in dictionaries (see `common.kinds.dictionary`)."""

    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class GuardedQuerySet(models.QuerySet[M], Generic[M]):
    """A queryset whose writes need the open door."""

    def bulk_create(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> list[M]:
        guard.check(self.model.__name__)
        return super().bulk_create(objs, *args, **kwargs)

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        guard.check(self.model.__name__)
        return super().bulk_update(objs, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        guard.check(self.model.__name__)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        guard.check(self.model.__name__)
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        guard.check(self.model.__name__)
        return super()._raw_delete(using)


class Guarded(models.Model):
    """A row written only while the door is open."""

    is_guarded: ClassVar[bool] = True
    objects: ClassVar[Any] = models.Manager.from_queryset(GuardedQuerySet)()

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        guard.check(type(self).__name__)
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        guard.check(type(self).__name__)
        return super().delete(*args, **kwargs)


class LogQuerySet(GuardedQuerySet[M], Generic[M]):
    """Rows that are written once."""

    def bulk_update(self, objs: Iterable[M], *args: Any, **kwargs: Any) -> int:
        guard.check_alteration(self.model.__name__)
        return super().bulk_update(objs, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        guard.check_alteration(self.model.__name__)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        guard.check_alteration(self.model.__name__)
        return super().delete()

    def _raw_delete(self, using: str | None) -> int:
        guard.check_alteration(self.model.__name__)
        return super()._raw_delete(using)


class Logged(Guarded):
    """A row of the log: written once through the door, never altered but by `common.events.redacting`."""

    is_append_only: ClassVar[bool] = True
    objects: ClassVar[Any] = models.Manager.from_queryset(LogQuerySet)()

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            guard.check_alteration(type(self).__name__)
        super().save_base(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        guard.check_alteration(type(self).__name__)
        return super().delete(*args, **kwargs)


class RecordQuerySet(GuardedQuerySet[M], Generic[M]):
    """Rows of a record type. `masks`: they come without contact details (`common.kinds.masking`)."""

    masks = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class = MaskingIterable

    def _clone(self) -> RecordQuerySet[M]:
        clone: RecordQuerySet[M] = super()._clone()  # type: ignore[misc]  # not in the stubs
        clone.masks = self.masks
        return clone

    def masked(self) -> RecordQuerySet[M]:
        """The same rows without contact details."""
        rows = self._chain()  # type: ignore[attr-defined]  # not in the stubs
        rows.masks = True
        found: RecordQuerySet[M] = rows
        return found

    def for_user(self, user: User | Principal, action: str = "view") -> RecordQuerySet[M]:
        """The rows `user` may do `action` to. The only way to rows (ARCHITECTURE.md, "One policy")."""
        return _scope[0](self, user, action)


class RecordManager(models.Manager[M]):
    """The default manager of a record type: its queryset without the bin."""

    def __init__(self, queryset: type[RecordQuerySet[Any]] = RecordQuerySet, *, with_bin: bool = False) -> None:
        super().__init__()
        self._queryset_class = queryset
        self.with_bin = with_bin

    def get_queryset(self) -> RecordQuerySet[M]:
        rows: RecordQuerySet[M] = self._queryset_class(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # not in the stubs
        return rows if self.with_bin else rows.filter(deleted_at=None)

    def for_user(self, user: User | Principal, action: str = "view") -> RecordQuerySet[M]:
        """See `RecordQuerySet.for_user`."""
        return self.get_queryset().for_user(user, action)

    def deconstruct(self) -> Any:
        """Managers stay out of migrations."""
        raise ValueError("not serialised")

    use_in_migrations = False


class RecordModel(Guarded):
    """What people work on. Its primary key is its row in the spine (`common.spine.models.Record`)."""

    record = models.OneToOneField("spine.Record", models.PROTECT, primary_key=True, verbose_name=_("record"))
    number = models.PositiveIntegerField(_("number"), unique=True, editable=False)
    owner = models.ForeignKey(
        "people.User", models.PROTECT, verbose_name=_("owner"), null=True, blank=True, related_name="+"
    )
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, verbose_name=_("department"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        "people.User", models.PROTECT, verbose_name=_("created by"), null=True, editable=False, related_name="+"
    )
    deleted_at = models.DateTimeField(_("in the bin since"), null=True, editable=False)
    title_sort = models.CharField(max_length=120, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[Any] = RecordManager()
    everything: ClassVar[RecordManager[Any]] = RecordManager(with_bin=True)

    # What happens to this one when the record a foreign key points to goes to the bin:
    # {"deal": "follow", "company": "refuse", "request": "keep"}.
    bin: ClassVar[dict[str, str]] = {}
    # The fields its title is made of: all that is read of it where others only name it.
    named_by: ClassVar[tuple[str, ...]] = ("name",)
    # The link fields this type has: "coowners", "assignees", "shared_with", "tags".
    link_fields: ClassVar[tuple[str, ...]] = ()
    # Columns that are derived and never logged.
    untracked: ClassVar[frozenset[str]] = frozenset()
    # Fields that are hidden from people who may not see contact details, and what is derived from them.
    contact_fields: ClassVar[tuple[str, ...]] = ()
    contact_keys: ClassVar[tuple[str, ...]] = ()
    # Fields that are hidden from people who may not see margins.
    margin_fields: ClassVar[tuple[str, ...]] = ()
    # Whether two of them may turn out to be one: duplicates are merged. Nothing is a part of such a record.
    can_merge: ClassVar[bool] = False
    is_masked = False
    # The foreign key to the record this one is a part of ("deal" for a payment).
    parent_field: ClassVar[str | None] = None

    class Meta:
        abstract = True
        default_manager_name = "objects"
        base_manager_name = "everything"

    def __str__(self) -> str:
        return self.title

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            """The company's own fields read like any other; asked for names the class does not have."""
            if name.startswith(beside.PREFIX):
                return beside.shown(self, name)
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        if self.is_masked:
            raise OutsideChanges(f"{type(self).__name__} {self.pk} is masked and cannot be stored")
        super().save_base(*args, **kwargs)

    @property
    def title(self) -> str:
        """What this record is called wherever it is mentioned."""
        return str(getattr(self, "name", "") or "")

    def search_text(self) -> str:
        """Everything a person may type to find this record, before normalisation."""
        return self.title

    def linked_records(self) -> list[int]:
        """Ids of the records whose timeline also shows what happens to this one."""
        return []

    def absorbed(self, others: Sequence[Any], becomes: Mapping[str, Any]) -> dict[str, Any]:
        """What else this one takes from others that are merged into it, given the encoded values it `becomes`."""
        return {}

    def linked(self, relation: str) -> list[Any] | None:
        """The rows of a reverse relation of the spine ("members") that were fetched with this row, else None."""
        record = self._state.fields_cache.get("record")
        fetched = getattr(record, "_prefetched_objects_cache", {}).get(relation)
        return None if fetched is None else list(fetched)

    def before_save(self) -> None:
        """Derive what is stored beside what was typed. Called by the door before every write."""
        self.title_sort = title_sort(self.title)


class DictionaryRows(models.QuerySet[M], Generic[M]):
    """Rows of a dictionary; writing many at once renews the configuration too."""

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[M]:
        made = super().bulk_create(*args, **kwargs)
        dictionary.renew()
        return made

    def update(self, **kwargs: Any) -> int:
        changed = super().update(**kwargs)
        dictionary.renew()
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        result = super().delete()
        dictionary.renew()
        return result


class DictionaryQuerySet(DictionaryRows[M], Generic[M]):
    """Rows of a dictionary that are archived instead of deleted."""

    def in_use(self) -> DictionaryQuerySet[M]:
        """Rows that may be chosen today (not archived)."""
        return self.filter(archived_at=None)


class DictionaryBase(models.Model):
    """What people choose from: own key, archived instead of deleted, every write renews `Config.version`."""

    is_dictionary: ClassVar[bool] = True
    unversioned: ClassVar[frozenset[str]] = frozenset()
    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(DictionaryRows)()

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        super().save_base(*args, **kwargs)
        fields = kwargs.get("update_fields")
        if fields is None or not set(fields) <= self.unversioned:
            dictionary.renew()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        result = super().delete(*args, **kwargs)
        dictionary.renew()
        return result


class Dictionary(DictionaryBase):
    """A dictionary whose rows have a name in every language, with fallback to `name`."""

    name = models.CharField(_("name"), max_length=120)
    names = models.JSONField(_("name in other languages"), default=dict, blank=True)
    position = models.PositiveIntegerField(_("order"), default=0)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(DictionaryQuerySet)()

    class Meta:
        abstract = True
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the current language."""
        language = (get_language() or "").split("-")[0]
        return str(self.names.get(language) or self.name)

    # What `choice_label` reads of other tables.
    choice_related: ClassVar[tuple[str, ...]] = ()

    @property
    def choice_label(self) -> str:
        """The name where rows of all kinds stand side by side."""
        return self.label


class Ledger(models.Model):
    """Rows kept by one engine: deliveries, cursors, jobs, read marks."""

    class Meta:
        abstract = True


class Projection(models.Model):
    """Rows rebuilt from events or records by their projector."""

    class Meta:
        abstract = True
