from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.customfields.models import Values
from common.kinds.models import RecordModel
from common.money.models import MoneyField


class Product(RecordModel):
    """Something the company sells: goods or a service."""

    class Kind(models.TextChoices):
        GOODS = "goods", _("goods")
        SERVICE = "service", _("service")

    name = models.CharField(_("name"), max_length=200)
    code = models.CharField(pgettext_lazy("product", "code"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.GOODS)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    price = MoneyField(_("price"), null=True, blank=True, validators=[MinValueValidator(Decimal(0))])
    currency = models.ForeignKey(
        "money.Currency", models.PROTECT, verbose_name=_("currency"), null=True, blank=True, related_name="+"
    )
    on_sale = models.BooleanField(_("on sale"), default=True)
    description = models.TextField(_("description"), blank=True)

    link_fields: ClassVar[tuple[str, ...]] = ("shared_with", "tags")

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(deleted_at=None), name="product_code_once",
                violation_error_message=_("There is a product with this code already."),
            ),
            models.CheckConstraint(
                condition=models.Q(price=None) | models.Q(currency__isnull=False), name="product_price_has_currency",
                violation_error_message=_("A price needs a currency."),
            ),
        ]  # fmt: skip
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["title_sort", "record"], condition=models.Q(deleted_at=None), name="product_by_title")
        ]

    def search_text(self) -> str:
        return f"{self.name} {self.code}"


class ProductValues(Values):
    """The own fields of products."""

    of = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="custom")
