from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary
from common.kinds.tones import Tone


class Outcome(models.TextChoices):
    """What a stage or a closing reason means for the deal."""

    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class Pipeline(Dictionary):
    """The way a kind of deal goes. `department` empty: for every department."""

    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, verbose_name=_("department"), null=True, blank=True,
        related_name="pipelines",
    )  # fmt: skip
    is_default = models.BooleanField(_("default of its department"), default=False)

    class Meta(Dictionary.Meta):
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        constraints = [
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(is_default=True),
                name="one_default_pipeline_per_department",
                violation_error_message=_("This department has a default pipeline already."),
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True, department=None),
                name="one_common_default_pipeline",
                violation_error_message=_("There is a default pipeline for all departments already."),
            ),
        ]

    def clean(self) -> None:
        """Refuse to go on using a pipeline in which a deal cannot be won or lost."""
        if self.pk is None or self.archived_at is not None:
            return
        ends = set(self.stages.filter(archived_at=None).values_list("outcome", flat=True))
        if not {Outcome.WON, Outcome.LOST} <= ends:
            raise ValidationError(_("A pipeline needs at least one stage for won and one for lost deals."))


class Stage(Dictionary):
    """A step of a pipeline, in order of `position`."""

    pipeline = models.ForeignKey(Pipeline, models.PROTECT, verbose_name=_("pipeline"), related_name="stages")
    outcome = models.CharField(_("means"), max_length=4, choices=Outcome.choices, default=Outcome.OPEN)
    probability = models.PositiveSmallIntegerField(
        _("probability"), default=0, validators=[MaxValueValidator(100)], help_text=_("Chance of winning, in percent.")
    )
    expected_days = models.PositiveSmallIntegerField(
        _("expected days"), null=True, blank=True, help_text=_("A deal that stays longer is shown in red.")
    )
    required_fields = models.JSONField(
        _("required fields"), default=list, blank=True,
        help_text=_("A deal comes here, and stays, only with these filled."),
    )  # fmt: skip
    tone = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.ACCENT)

    class Meta(Dictionary.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_is_percent"),
        ]

    choice_related: ClassVar[tuple[str, ...]] = ("pipeline",)

    @property
    def choice_label(self) -> str:
        return f"{self.pipeline}: {self.label}"

    @property
    def is_open(self) -> bool:
        """Whether deals in this stage are open."""
        return self.outcome == Outcome.OPEN

    def clean(self) -> None:
        """Refuse what would change the meaning of deals that are or were here, or leave no way to win or lose."""
        before = Stage.objects.filter(pk=self.pk).first() if self.pk else None
        if before is None:
            return
        moved = before.pipeline_id != self.pipeline_id
        if (moved or before.outcome != self.outcome) and before.is_used():
            raise ValidationError(_("Deals are or were in this stage: its pipeline and meaning cannot change."))
        leaves = moved or before.outcome != self.outcome or self.archived_at is not None
        if leaves and not before.is_open and before.archived_at is None and not before.has_substitute():
            raise ValidationError(_("A pipeline needs at least one stage for won and one for lost deals."))
        if self.archived_at is not None and self.deals.filter(deleted_at=None, closed_on=None).exists():
            raise ValidationError(_("There are open deals in this stage: move them first."))

    def is_used(self) -> bool:
        """Whether a deal is or was in this stage."""
        return self.stays.exists() or self.deals(manager="everything").exists()

    def has_substitute(self) -> bool:
        """Whether the pipeline has another stage of the same meaning."""
        others = Stage.objects.filter(pipeline=self.pipeline_id, outcome=self.outcome, archived_at=None)
        return others.exclude(pk=self.pk).exists()


class ClosingReason(Dictionary):
    """Why a deal was closed. Choosing one is what closes it."""

    outcome = models.CharField(
        _("means"), max_length=4, choices=[(Outcome.WON, _("won")), (Outcome.LOST, _("lost"))], default=Outcome.LOST
    )

    class Meta(Dictionary.Meta):
        verbose_name = _("closing reason")
        verbose_name_plural = _("closing reasons")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=["won", "lost"]), name="closing_reason_closes"),
        ]

    def clean(self) -> None:
        """Refuse to turn a reason that deals were closed with into its opposite."""
        before = ClosingReason.objects.filter(pk=self.pk).first() if self.pk else None
        if before and before.outcome != self.outcome and self.deals(manager="everything").exists():
            raise ValidationError({"outcome": _("Deals were closed with this reason: its meaning cannot change.")})
