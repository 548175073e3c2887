from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary


class Country(Dictionary):
    """A country; `code` is ISO 3166-1 alpha-2."""

    code = models.CharField(_("code"), max_length=2, unique=True)

    class Meta(Dictionary.Meta):
        verbose_name = _("country")
        verbose_name_plural = _("countries")


class City(Dictionary):
    """A city of a country."""

    country = models.ForeignKey(Country, models.PROTECT, verbose_name=_("country"), related_name="cities")

    class Meta(Dictionary.Meta):
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        constraints = [models.UniqueConstraint(fields=["country", "name"], name="city_once_per_country")]
