from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds.models import Guarded, Projection


class Record(Guarded):
    """One row per record of any type: what questions across types need. The type's own row is the truth."""

    type = models.CharField(max_length=60)
    owner = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey("organisation.Department", models.PROTECT, null=True, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    title = models.CharField(max_length=250)
    deleted_at = models.DateTimeField(null=True)
    touched_at = models.DateTimeField(default=clock.now)

    class Meta:
        base_manager_name = "objects"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["type", "-touched_at", "-id"], name="record_type_touched"),
            models.Index(fields=["parent", "-id"], name="record_parent"),
            models.Index(fields=["deleted_at"], condition=models.Q(deleted_at__isnull=False), name="record_binned"),
        ]

    def __str__(self) -> str:
        return self.title


class RecordMember(Guarded):
    """A person takes part in a record besides its owner."""

    class Role(models.TextChoices):
        COOWNER = "coowner", _("co-owner")
        ASSIGNEE = "assignee", _("assignee")
        SHARED = "shared", _("shared with")

    record = models.ForeignKey(Record, models.CASCADE, related_name="members")
    user = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    role = models.CharField(max_length=12, choices=Role.choices)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["user", "role", "record"], name="member_once_per_role")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["record", "role"], name="member_of_record")]


class SearchText(Projection):
    """The folded words by which a record is found; `open_text` is without contact details.

    `text` is indexed for parts of words (`common.spine.fulltext`).
    """

    record = models.OneToOneField(Record, models.CASCADE, primary_key=True, related_name="search")
    text = models.TextField()
    open_text = models.TextField(default="")


class SearchWord(Projection):
    """A word that stands in some record: what a mistyped one is compared with. `back` is it read backwards."""

    LONGEST: ClassVar[int] = 40

    word = models.CharField(max_length=LONGEST, primary_key=True)
    back = models.CharField(max_length=LONGEST, db_index=True)

    def __str__(self) -> str:
        return self.word


class RecordMark(Projection):
    """A small sign on a row of a list: it has files, a payment came in."""

    record = models.ForeignKey(Record, models.CASCADE, related_name="marks")
    kind = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "kind"], name="mark_once")]


class TypeCounter(Projection):
    """The last number given to a record type."""

    type = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveIntegerField(default=0)
