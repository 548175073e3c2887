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
from common.customfields.models import Values
from common.kinds.models import Projection, RecordManager, RecordModel, RecordQuerySet
from common.money.models import MoneyField
from common.money.rates import to_base
from deals.models.pipelines import ClosingReason, Outcome, Pipeline, Stage


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
    }  # fmt: skip
    worth = ["probability", "currency", "amount", "amount_base"]
    # Sums over everything, and who has deals, are read from these alone where the database can.
    return [
        *(models.Index(fields=fields, condition=on, name=f"deal_{name}") for name, (fields, on) in wanted.items()),
        models.Index(fields=["closed_on", "record"], include=["closing_reason", "stage", *worth], condition=alive,
                     name="deal_closed_on"),
        models.Index(fields=["owner", "closed_on", "record"], include=["closing_reason", "stage", *worth],
                     condition=alive, name="deal_owned_worth"),
        models.Index(fields=["stage"], include=[*worth, "closed_on"], condition=is_open, name="deal_open_worth"),
        models.Index(fields=["expected_close"], include=["amount", "record"], condition=is_open,
                     name="deal_open_by_close"),
        *(models.Index(fields=[party], include=["deleted_at", "closed_on"], name=f"deal_of_{party}")
          for party in ("company", "contact")),
    ]  # fmt: skip


class Deal(RecordModel):
    """A sale in progress: open until a closing reason is chosen."""

    name = models.CharField(_("name"), max_length=200)
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, verbose_name=_("pipeline"), related_name="deals")
    stage = models.ForeignKey(Stage, models.PROTECT, verbose_name=_("stage"), related_name="deals")
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name=_("company"), null=True, blank=True, related_name="deals",
        db_index=False,
    )  # fmt: skip
    contact = models.ForeignKey(
        "crm.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="deals",
        db_index=False,
    )  # fmt: skip
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


class StageTransition(Projection):
    """A deal was in a stage from `entered_at` to `left_at`. `current`: since the last change of pipeline."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="transitions")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="stays")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    by = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal"], condition=Q(left_at=None), name="one_present_stage_per_deal")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["deal", "stage"], name="transition_of_deal")]


class DealValues(Values):
    """The own fields of deals."""

    of = models.OneToOneField(Deal, models.CASCADE, primary_key=True, related_name="custom")
