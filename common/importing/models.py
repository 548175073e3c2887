from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import clock
from common.kinds.models import Ledger


class Step(models.TextChoices):
    """Where an import stands; the first four wait for its person, the others for work or for nothing."""

    FILE = "file", _("File")
    COLUMNS = "columns", _("Columns")
    VALUES = "values", pgettext_lazy("step of an import", "Values")
    RULES = "rules", _("Matching")
    READING = "reading", _("being read")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    WRITING = "writing", _("being imported")
    DONE = "done", pgettext_lazy("import", "done")


OPEN = (Step.FILE, Step.COLUMNS, Step.VALUES, Step.RULES, Step.CHECKED)


class Outcome(models.TextChoices):
    """What becomes, or became, of a row."""

    NEW = "new", pgettext_lazy("rows", "new")
    UPDATED = "updated", pgettext_lazy("rows", "updated")
    UNCHANGED = "unchanged", pgettext_lazy("rows", "unchanged")
    SKIPPED = "skipped", pgettext_lazy("rows", "skipped")
    FAILED = "failed", pgettext_lazy("rows", "refused")


class OnMatch(models.TextChoices):
    """What a row does to the record it fits."""

    UPDATE = "update", _("Update it with what the file says")
    FILL = "fill", _("Fill only what is empty")
    SKIP = "skip", _("Leave it as it is")


class OnNew(models.TextChoices):
    """What a row does that fits no record."""

    CREATE = "create", _("Create a record")
    SKIP = "skip", _("Skip the row")


class Archive(Ledger):
    """A ZIP of several tables, of which each chosen one becomes an import of its own.

    `members`: [{"place", "name", "size", "rows", "more" (than were counted), "type", "source", "problem"}], as they
    were when the archive was looked into.
    """

    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    path = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=clock.now)
    members = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class Import(Ledger):
    """One file on its way into records of a type: how it is read, what its columns fill, what came of it.

    `columns`: for each column of the file its target ("" for none). `filled`: how many of its cells say something.
    `choices`: for each target the key that a text stands for (`common.importing.vocabulary`); `unknown`: the texts
    that stand for nothing by themselves, as [text, count]. `version` counts what its person changed; `cursor` is the
    last row written.
    """

    by = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    archive = models.ForeignKey(Archive, models.SET_NULL, null=True, related_name="imports")
    type = models.CharField(_("record type"), max_length=60)
    step = models.CharField(max_length=10, choices=Step.choices, default=Step.FILE)
    started_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    name = models.CharField(_("file"), max_length=200)
    path = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    reading = models.JSONField(default=dict)
    headers = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=40, blank=True)

    columns = models.JSONField(default=list)
    filled = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    unknown = models.JSONField(default=dict)
    keys = models.JSONField(default=list)
    on_match = models.CharField(max_length=8, choices=OnMatch.choices, default=OnMatch.UPDATE)
    on_new = models.CharField(max_length=8, choices=OnNew.choices, default=OnNew.CREATE)
    creates_linked = models.BooleanField(default=True)
    restores = models.BooleanField(default=False)

    total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    cursor = models.PositiveIntegerField(default=0)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    change_set = models.ForeignKey("events.ChangeSet", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["by", "-id"], name="import_of_person")]

    def __str__(self) -> str:
        return self.name

    @property
    def system(self) -> str:
        """Under what name keys of the other system are kept; one that is not known shares them with no other files."""
        return self.source or self.fingerprint[:40]

    @property
    def is_open(self) -> bool:
        """Whether its person may still change it."""
        return self.step in OPEN

    @property
    def is_working(self) -> bool:
        """Whether a job has it."""
        return self.step in (Step.READING, Step.CHECKING, Step.WRITING)


class ImportRow(Ledger):
    """A row of the file: its cells as they were read, what becomes of it, what is wrong with it.

    `errors`: [{"column": its place or null, "text": why}]. `seen`: the version of the record when it was checked.
    """

    of = models.ForeignKey(Import, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    cells = models.JSONField(default=list)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    errors = models.JSONField(default=list)
    record = models.ForeignKey("spine.Record", models.SET_NULL, null=True, related_name="+")
    seen = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["of", "line"], name="one_row_per_line")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["of", "outcome", "line"], name="rows_by_outcome")]

    def __str__(self) -> str:
        return f"{self.of_id}:{self.line}"


class KnownColumns(Ledger):
    """What a person chose for the columns of files with these headers: the next one begins with it."""

    by = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    type = models.CharField(max_length=60)
    fingerprint = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    choices = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["type", "fingerprint"], name="columns_once_per_file_kind")
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.fingerprint[:8]}"


class OuterKey(Ledger):
    """What a record is called in the system it came from."""

    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="+")
    system = models.CharField(max_length=40)
    type = models.CharField(max_length=60)
    key = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["system", "type", "key"], name="outer_key_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["record"], name="outer_keys_of_record")]

    def __str__(self) -> str:
        return f"{self.system} {self.key}"
