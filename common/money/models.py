from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds import formats
from common.kinds.models import Dictionary, DictionaryBase


class MoneyField(models.DecimalField):  # type: ignore[type-arg]  # generic only in the stubs
    """An amount with two decimals; its currency is the `currency` field of the same row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"max_digits": 18, "decimal_places": 2}
        super().__init__(*args, **kwargs)


class Currency(Dictionary):
    """A currency; `code` is ISO 4217. Exactly one is the base currency, in which sums are told."""

    code = models.CharField(
        _("code"),
        max_length=3,
        unique=True,
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, as in EUR."))],
    )
    is_base = models.BooleanField(_("base currency"), default=False)

    class Meta(Dictionary.Meta):
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            models.UniqueConstraint(fields=["is_base"], condition=models.Q(is_base=True), name="one_base_currency")
        ]


class Rate(DictionaryBase):
    """What one unit of `currency` cost in the base currency on `day`."""

    currency = models.ForeignKey(Currency, models.PROTECT, verbose_name=_("currency"), related_name="rates")
    day = models.DateField(_("day"))
    value = models.DecimalField(
        _("rate"), max_digits=18, decimal_places=8, validators=[MinValueValidator(Decimal("0.00000001"))]
    )

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        ordering = ["-day", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "day"], name="one_rate_per_currency_and_day"),
            models.CheckConstraint(condition=models.Q(value__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency.code} {formats.full_date(self.day)}"
