from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.customfields.models import Values
from common.kinds.models import RecordModel
from common.money.models import MoneyField
from common.money.rates import rounded, to_base
from deals.models.deal import Deal


class DealLine(RecordModel):
    """A product in a deal, as it was offered; the deal's currency, without VAT."""

    deal = models.ForeignKey(Deal, models.PROTECT, verbose_name=_("deal"), related_name="lines")
    product = models.ForeignKey(
        "catalogue.Product", models.PROTECT, verbose_name=_("product"), null=True, blank=True, related_name="lines"
    )
    name = models.CharField(_("text"), max_length=200, blank=True, help_text=_("Empty: the name of the product."))
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    price = MoneyField(
        _("price"), default=Decimal(0), blank=True, validators=[MinValueValidator(Decimal(0))],
        help_text=_("Empty: that of the catalogue."),
    )  # fmt: skip
    discount = models.DecimalField(
        _("discount, %"), max_digits=5, decimal_places=2, default=Decimal(0), blank=True,
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

    def clean(self) -> None:
        if not self.product_id and not self.name:
            raise ValidationError({"product": _("Choose a product or write what it is.")})

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
            models.Index(
                fields=["on", "record"],
                include=["certainty", "currency", "amount", "amount_base"],
                condition=Q(deleted_at=None),
                name="payment_by_day",
            ),
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


class DealLineValues(Values):
    """The own fields of deal lines."""

    of = models.OneToOneField(DealLine, models.CASCADE, primary_key=True, related_name="custom")
