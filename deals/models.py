from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds.models import Dictionary, Projection, RecordManager, RecordModel, RecordQuerySet
from common.kinds.tones import Tone
from common.money.models import MoneyField
from common.money.rates import rounded, to_base


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
    tone = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.ACCENT)

    class Meta(Dictionary.Meta):
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["pipeline", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(probability__lte=100), name="stage_probability_is_percent"),
        ]

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
        return StageTransition.objects.filter(stage=self).exists() or Deal.everything.filter(stage=self).exists()

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
        if before and before.outcome != self.outcome and Deal.everything.filter(closing_reason=self).exists():
            raise ValidationError({"outcome": _("Deals were closed with this reason: its meaning cannot change.")})


class DealQuerySet(RecordQuerySet["Deal"]):
    """Words for asking deals."""

    def open(self) -> DealQuerySet:
        """Deals without a closing reason."""
        return self.filter(closed_on=None)


def _deal_indexes() -> list[models.Index]:
    alive, is_open = Q(deleted_at=None), Q(deleted_at=None, closed_on=None)
    newest, step = ["-created_at", "-record"], ["next_step_on", "record"]
    wanted = {
        "newest": (newest, alive), "by_owner_newest": (["owner", *newest], alive),
        "by_dep_newest": (["department", *newest], alive), "open_by_owner_newest": (["owner", *newest], is_open),
        "next_step": (step, is_open), "by_owner_next_step": (["owner", *step], is_open),
        "by_dep_next_step": (["department", *step], is_open), "board": (["pipeline", "stage", "-created_at"], is_open),
        "closed_on": (["closed_on", "record"], alive),
    }  # fmt: skip
    return [models.Index(fields=fields, condition=on, name=f"deal_{name}") for name, (fields, on) in wanted.items()]


class Deal(RecordModel):
    """A sale in progress: open until a closing reason is chosen."""

    name = models.CharField(_("name"), max_length=200)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, verbose_name=_("pipeline"), related_name="deals")
    stage = models.ForeignKey(Stage, models.PROTECT, verbose_name=_("stage"), related_name="deals")
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name=_("company"), null=True, blank=True, related_name="deals"
    )
    contact = models.ForeignKey(
        "crm.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="deals"
    )
    lead = models.ForeignKey(
        "crm.Lead", models.PROTECT, verbose_name=_("lead"), null=True, blank=True, related_name="deals"
    )
    amount = MoneyField(_("amount"), null=True, blank=True, validators=[MinValueValidator(Decimal(0))])
    currency = models.ForeignKey("money.Currency", models.PROTECT, verbose_name=_("currency"), related_name="+")
    amount_base = MoneyField(null=True, editable=False)
    probability = models.PositiveSmallIntegerField(
        _("probability"), null=True, blank=True, validators=[MaxValueValidator(100)],
        help_text=_("By hand, in percent; empty: that of the stage."),
    )  # fmt: skip
    expected_close = models.DateField(_("expected close"), null=True, blank=True)
    next_step = models.CharField(_("next step"), max_length=250, blank=True)
    next_step_on = models.DateField(_("on"), null=True, blank=True)
    closing_reason = models.ForeignKey(
        ClosingReason, models.PROTECT, verbose_name=_("closing reason"), null=True, blank=True, related_name="deals"
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True, editable=False)
    closed_from = models.ForeignKey(
        Stage, models.PROTECT, verbose_name=_("closed at stage"), null=True, editable=False, related_name="+"
    )
    is_important = models.BooleanField(_("important"), default=False)
    source = models.ForeignKey(
        "crm.Source", models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="deals"
    )
    description = models.TextField(_("description"), blank=True)
    ticket = models.CharField(_("ticket"), max_length=16, unique=True, editable=False)
    stage_since = models.DateTimeField(_("in this stage since"), default=clock.now, editable=False)

    objects: ClassVar[RecordManager[Any]] = RecordManager(DealQuerySet)
    everything: ClassVar[RecordManager[Any]] = RecordManager(DealQuerySet, with_bin=True)

    _stage_read: int | None = None

    bin: ClassVar[dict[str, str]] = {"company": "refuse", "contact": "refuse", "lead": "refuse"}
    link_fields: ClassVar[tuple[str, ...]] = ("coowners", "assignees", "shared_with", "tags")
    untracked: ClassVar[frozenset[str]] = frozenset({"amount_base", "stage_since"})

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes: ClassVar[list[models.Index]] = _deal_indexes()
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(contact__isnull=False) | Q(lead__isnull=False),
                name="deal_has_a_counterparty",
                violation_error_message=_("Choose a company, a contact or a lead."),
            ),
            models.CheckConstraint(
                condition=Q(closing_reason=None, closed_on=None, closed_from=None)
                | Q(closing_reason__isnull=False, closed_on__isnull=False, closed_from__isnull=False),
                name="deal_is_closed_by_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(probability=None) | Q(probability__lte=100), name="deal_probability_is_percent"
            ),
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="deal_amount_is_not_negative"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.closed_on is None

    @property
    def chance(self) -> int:
        """Percent: the one set by hand, else the stage's."""
        return self.stage.probability if self.probability is None else self.probability

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if not (self.company_id or self.contact_id or self.lead_id):
            errors["company"] = _("Choose a company, a contact or a lead.")
        if self.stage_id and self.pipeline_id and self.stage.pipeline_id != self.pipeline_id:
            errors["stage"] = _("This stage belongs to another pipeline.")
        if self.next_step_on and not self.next_step:
            errors["next_step"] = _("Say what is to be done on that day.")
        errors |= self._closing_errors()
        if errors:
            raise ValidationError(errors)

    def _closing_errors(self) -> dict[str, Any]:
        """Stage and closing reason tell the same; what is won has an amount."""
        if not self.stage_id:
            return {}
        reason = self.closing_reason
        if (reason.outcome if reason else Outcome.OPEN) != self.stage.outcome:
            return {"stage": _("Close or reopen the deal to move it there.")}
        if reason and reason.outcome == Outcome.WON and not self.amount:
            return {"amount": _("A won deal needs an amount.")}
        return {}

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Deal:
        """Remember the stage that was read, so that a change of stage is noticed when it is saved."""
        deal = super().from_db(db, field_names, values, **more)
        deal._stage_read = deal.__dict__.get("stage_id")
        return deal

    def before_save(self) -> None:
        super().before_save()
        if self._stage_read is not None and self._stage_read != self.stage_id:
            self.stage_since = clock.now()
            self._stage_read = self.stage_id
        self.amount_base = self.rated()

    def rated(self) -> Decimal | None:
        """The amount of a closed deal in base currency at the closing day's rate; None where it is missing."""
        if self.closed_on is None or self.amount is None:
            return None
        return to_base(self.amount, self.currency_id, self.closed_on)

    def search_text(self) -> str:
        return f"{self.name} {self.ticket} D-{self.number}"

    def linked_records(self) -> list[int]:
        return [pk for pk in (self.company_id, self.contact_id, self.lead_id) if pk]


class DealLine(RecordModel):
    """A product in a deal, as it was offered; the deal's currency, without VAT."""

    deal = models.ForeignKey(Deal, models.PROTECT, verbose_name=_("deal"), related_name="lines")
    product = models.ForeignKey(
        "catalogue.Product", models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="lines"
    )
    name = models.CharField(_("text"), max_length=200)
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    price = MoneyField(_("price"), default=Decimal(0), validators=[MinValueValidator(Decimal(0))])
    discount = models.DecimalField(
        _("discount, %"), max_digits=5, decimal_places=2, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    total = MoneyField(_("total"), default=Decimal(0), editable=False)

    bin: ClassVar[dict[str, str]] = {"deal": "follow", "product": "keep"}
    parent_field: ClassVar[str | None] = "deal"
    untracked: ClassVar[frozenset[str]] = frozenset({"total"})

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("deal line")
        verbose_name_plural = _("deal lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_quantity_is_positive"),
            models.CheckConstraint(condition=Q(discount__gte=0, discount__lte=100), name="line_discount_is_percent"),
        ]

    def before_save(self) -> None:
        if self.product is not None and not self.name:
            self.name = self.product.name
        super().before_save()
        self.total = rounded(self.quantity * self.price * (100 - self.discount) / 100)


class Certainty(models.TextChoices):
    """How sure a payment is."""

    RECEIVED = "received", _("received")
    GUARANTEED = "guaranteed", _("guaranteed")
    HIGH = "high", _("high probability")
    LOW = "low", _("low probability")


class Payment(RecordModel):
    """Money for a deal, received or expected on a day. Any currency, without VAT."""

    deal = models.ForeignKey(Deal, models.PROTECT, verbose_name=_("deal"), related_name="payments")
    amount = MoneyField(_("amount"), validators=[MinValueValidator(Decimal("0.01"))])
    currency = models.ForeignKey("money.Currency", models.PROTECT, verbose_name=_("currency"), related_name="+")
    on = models.DateField(_("date"))
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices, default=Certainty.HIGH)
    invoice_number = models.CharField(_("invoice no."), max_length=60, blank=True)
    order_number = models.CharField(_("order no."), max_length=60, blank=True)
    amount_base = MoneyField(null=True, editable=False)

    bin: ClassVar[dict[str, str]] = {"deal": "follow"}
    parent_field: ClassVar[str | None] = "deal"
    untracked: ClassVar[frozenset[str]] = frozenset({"amount_base"})

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["on", "record"], condition=Q(deleted_at=None), name="payment_by_day"),
            models.Index(fields=["owner", "on", "record"], condition=Q(deleted_at=None), name="payment_by_owner_day"),
            models.Index(
                fields=["department", "on", "record"], condition=Q(deleted_at=None), name="payment_by_dep_day"
            ),
            models.Index(fields=["deal", "on"], name="payment_of_deal"),
        ]

    @property
    def title(self) -> str:
        return " ".join(part for part in (self.invoice_number, format(self.amount, "f")) if part)

    def before_save(self) -> None:
        super().before_save()
        self.amount_base = self.rated()

    def rated(self) -> Decimal | None:
        """A received amount in base currency at the paid day's rate; None where it is missing or not received."""
        if self.certainty != Certainty.RECEIVED or self.amount is None or self.on is None:
            return None
        return to_base(self.amount, self.currency_id, self.on)

    def search_text(self) -> str:
        return f"{self.invoice_number} {self.order_number} {self.deal.name}"


class StageTransition(Projection):
    """A deal was in a stage from `entered_at` to `left_at`. `current`: since the last change of pipeline."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="transitions")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(left_at=None), name="one_present_stage_per_deal")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["deal", "stage"], name="transition_of_deal")]
