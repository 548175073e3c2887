from __future__ import annotations

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary, DictionaryBase, Guarded

KEY = RegexValidator(re.compile(r"^[a-z][a-z0-9_]{0,30}\Z"), _("Small Latin letters, digits and _, first a letter."))


class FieldType(models.TextChoices):
    """What a field holds."""

    TEXT = "text", _("text")
    LONG_TEXT = "long_text", _("long text")
    NUMBER = "number", _("number")
    MONEY = "money", _("money, in the base currency")
    DATE = "date", _("date")
    MOMENT = "moment", _("date and time")
    YES_NO = "yes_no", _("yes or no")
    CHOICE = "choice", _("one of a list")
    CHOICES = "choices", _("several of a list")
    LINK = "link", _("link")
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("telephone")
    ADDRESS = "address", _("address")


SLOTS = {"text": 24, "number": 12, "day": 8, "moment": 4, "truth": 8, "option": 12}
"""How many fields of each family a type can have; the families are columns of `Values` and of `Answer`."""
FAMILIES: dict[str, str] = {
    FieldType.NUMBER: "number", FieldType.MONEY: "number", FieldType.DATE: "day", FieldType.MOMENT: "moment",
    FieldType.YES_NO: "truth", FieldType.CHOICE: "option", FieldType.CHOICES: "",
}  # fmt: skip
"""Type of field → family; texts of all kinds are `text`, several choices have rows of their own."""
CONTACTS = frozenset({FieldType.EMAIL, FieldType.PHONE})
"""What is hidden from people who may not see contact details."""


def family_of(kind: str) -> str:
    """Where a field of this type keeps its value."""
    return FAMILIES.get(kind, "text")


class Questionnaire(Dictionary):
    """A form of questions about records of a type: as many as wanted, answers are rows of their own."""

    type = models.CharField(_("record type"), max_length=60)

    class Meta(Dictionary.Meta):
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")


class CustomField(Dictionary):
    """A field the company gave a record type, or a question of a questionnaire.

    `key` names it in events, addresses and files and never changes. `slot` is its column of the type's `Values`; empty
    for questions and for several choices. `section`: the key of a section of the form, or the name of a new one.
    """

    type = models.CharField(_("record type"), max_length=60)
    key = models.CharField(
        _("key"), max_length=31, validators=[KEY], help_text=_("Its name in files and addresses; it never changes.")
    )
    kind = models.CharField(_("holds"), max_length=10, choices=FieldType.choices, default=FieldType.TEXT)
    questionnaire = models.ForeignKey(
        Questionnaire, models.PROTECT, verbose_name=_("questionnaire"), null=True, blank=True, related_name="questions"
    )
    section = models.CharField(_("section"), max_length=80, blank=True)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    is_required = models.BooleanField(_("required"), default=False)
    is_often_filtered = models.BooleanField(
        _("often filtered"), default=False, help_text=_("Gets an index: lists filtered by it stay fast.")
    )
    roles = models.ManyToManyField(
        "policy.Role", verbose_name=_("only for these roles"), blank=True, related_name="+",
        help_text=_("Empty: for everybody who sees the record."),
    )  # fmt: skip
    slot = models.CharField(max_length=10, editable=False, blank=True)

    fixed: ClassVar[tuple[str, ...]] = ("type", "key", "kind", "questionnaire")
    """What cannot change once there are values."""

    class Meta(Dictionary.Meta):
        verbose_name = _("own field")
        verbose_name_plural = _("own fields")
        constraints = [
            models.UniqueConstraint(
                fields=["type", "key"], name="custom_field_key_once",
                violation_error_message=_("There is a field with this key already."),
            ),
            models.UniqueConstraint(
                fields=["type", "slot"], condition=~models.Q(slot=""), name="custom_field_slot_once",
            ),
        ]  # fmt: skip

    def clean(self) -> None:
        """Refuse to change what values depend on, and a question about another type than its questionnaire's."""
        before = CustomField.objects.filter(pk=self.pk).first() if self.pk else None
        if before is not None and any(getattr(before, name) != getattr(self, name) for name in self.fixed):
            raise ValidationError(_("Type, key and kind of a field cannot change: archive it and make a new one."))
        if self.questionnaire is not None and self.questionnaire.type != self.type:
            raise ValidationError({"questionnaire": _("This questionnaire is about something else.")})

    @property
    def family(self) -> str:
        """Where its value is kept; empty: in rows of `RecordChoice`."""
        return family_of(self.kind)


class CustomOption(Dictionary):
    """One of the answers a choice offers."""

    field = models.ForeignKey(CustomField, models.PROTECT, verbose_name=_("field"), related_name="options")

    class Meta(Dictionary.Meta):
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["field", "position", "name"]


class FieldLabel(DictionaryBase):
    """What a company calls a field or a type. `name`: the field, or `@one`, `@many`, `@new` of the type itself.

    `names` are the words by language; a missing one stays as it was.
    """

    type = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    names = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("renamed field")
        verbose_name_plural = _("renamed fields")
        constraints = [models.UniqueConstraint(fields=["type", "name"], name="field_label_once")]

    def __str__(self) -> str:
        return f"{self.type}: {self.name}"


def _column(family: str) -> models.Field[Any, Any]:
    columns: dict[str, models.Field[Any, Any]] = {
        "text": models.TextField(null=True),
        "number": models.DecimalField(max_digits=24, decimal_places=6, null=True),
        "day": models.DateField(null=True),
        "moment": models.DateTimeField(null=True),
        "truth": models.BooleanField(null=True),
        "option": models.BigIntegerField(null=True),
    }
    return columns[family]


class Values(Guarded):
    """The own fields of records of one type: a row per record, a column per slot. Empty is NULL.

    A type's table adds `of`, the key to its record, with `related_name="custom"`.
    """

    class Meta:
        abstract = True
        base_manager_name = "objects"


for _family, _count in SLOTS.items():
    for _number in range(1, _count + 1):
        Values.add_to_class(f"{_family}_{_number:02}", _column(_family))


class Answer(Guarded):
    """The answer of a record to a question, in the column of its family."""

    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="answers")
    question = models.ForeignKey(CustomField, models.PROTECT, related_name="answers")
    text = _column("text")
    number = _column("number")
    day = _column("day")
    moment = _column("moment")
    truth = _column("truth")
    option = _column("option")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["question", "record"], name="answer_once_per_record")]


class RecordChoice(Guarded):
    """One of several chosen options of a record."""

    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="choices")
    option = models.ForeignKey(CustomOption, models.PROTECT, related_name="choices")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["option", "record"], name="choice_once_per_record")]
