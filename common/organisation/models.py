from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds import formats
from common.kinds.models import Dictionary, DictionaryBase


class OwnCompany(Dictionary):
    """The company that works with this CRM, as papers name it. Report months follow its time zone."""

    legal_name = models.CharField(_("legal name"), max_length=200, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    bank = models.TextField(_("bank"), max_length=500, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    demands_second_factor = models.BooleanField(
        _("second factor demanded of everybody"),
        default=False,
        help_text=_("Everybody signs in with a password and a code of their telephone."),
    )
    allows_keeping = models.BooleanField(
        _("pages may be kept on devices"),
        default=True,
        help_text=_("In the installed app, or where somebody wants it, what was seen last can be read offline."),
    )

    class Meta(Dictionary.Meta):
        verbose_name = _("own company")
        verbose_name_plural = _("own companies")

    @property
    def paper_name(self) -> str:
        """How papers name it."""
        return self.legal_name or self.label


class Department(Dictionary):
    """A department; departments form a tree."""

    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("part of"), null=True, blank=True, related_name="children"
    )
    keeps_to_owners = models.BooleanField(
        _("managers see only their own"),
        default=False,
        help_text=_("Colleagues of this department do not see each other's requests, leads and deals."),
    )
    country = models.ForeignKey(
        "places.Country", models.PROTECT, verbose_name=_("default country"), null=True, blank=True, related_name="+"
    )
    currency = models.ForeignKey(
        "money.Currency", models.PROTECT, verbose_name=_("default currency"), null=True, blank=True, related_name="+"
    )
    days_off = models.CharField(
        _("days off"),
        max_length=7,
        blank=True,
        default="67",
        help_text=_("Days of the week without work, 1 = Monday … 7 = Sunday; 67 is Saturday and Sunday."),
    )

    class Meta(Dictionary.Meta):
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def clean(self) -> None:
        """Refuse a circle in the tree and a week without working days."""
        above = self.parent
        while above is not None:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A department cannot be part of itself.")})
            above = above.parent
        if set(self.days_off) - set("1234567"):
            raise ValidationError({"days_off": _("Use the digits 1 to 7.")})
        if set(self.days_off) == set("1234567"):
            raise ValidationError({"days_off": _("At least one day must be a working day.")})


class Holiday(DictionaryBase):
    """A day without work, for one department or for all."""

    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=120)
    department = models.ForeignKey(
        Department, models.CASCADE, verbose_name=_("department"), null=True, blank=True, related_name="holidays",
        help_text=_("Empty: a holiday of every department."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{formats.full_date(self.day)} {self.name}"
