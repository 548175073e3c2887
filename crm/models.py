from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.customfields.models import Values
from common.kinds.models import Dictionary, Projection, RecordModel
from common.kinds.words import digits
from crm.keys import domain_of, email_key, name_key, phone_key

phone_validator = RegexValidator(r"^[\d\s()+./\-–]*(?:(?:ext|доб|x)\.?\s*\d+)?$", _("Digits, spaces and + ( ) - only."))

LONGEST_NAMES = 400


class Source(Dictionary):
    """Where enquiries come from. Its department receives what comes through it."""

    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, verbose_name=_("department"), null=True, blank=True,
        related_name="sources",
    )  # fmt: skip

    class Meta(Dictionary.Meta):
        verbose_name = _("source")
        verbose_name_plural = _("sources")


class Industry(Dictionary):
    """What a company does."""

    class Meta(Dictionary.Meta):
        verbose_name = _("industry")
        verbose_name_plural = _("industries")


class Located(models.Model):
    """Where somebody is."""

    country = models.ForeignKey(
        "places.Country", models.PROTECT, verbose_name=_("country"), null=True, blank=True, related_name="+"
    )
    city = models.ForeignKey(
        "places.City", models.PROTECT, verbose_name=_("city"), null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


class Reachable(models.Model):
    """How somebody is reached; the keys are what telephone numbers and addresses are compared by."""

    contact_fields: ClassVar[tuple[str, ...]] = ("email", "phone")
    contact_keys: ClassVar[tuple[str, ...]] = ("email_key", "phone_key", "domain_key")

    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True, validators=[phone_validator])
    email_key = models.CharField(max_length=254, editable=False, blank=True, db_index=True)
    phone_key = models.CharField(max_length=20, editable=False, blank=True, db_index=True)
    domain_key = models.CharField(max_length=120, editable=False, blank=True, db_index=True)

    class Meta:
        abstract = True

    def keep_keys(self, website: str = "") -> None:
        """Derive the comparable forms: the folded address, the last nine digits, the company's own domain."""
        self.email_key = email_key(self.email)
        self.phone_key = phone_key(self.phone)
        self.domain_key = (domain_of(website) or domain_of(self.email))[:120]


def index_by_title(name: str) -> list[models.Index]:
    """The indexes every list sorted by title and by date needs."""
    alive = models.Q(deleted_at=None)
    return [
        models.Index(fields=["title_sort", "record"], condition=alive, name=f"{name}_by_title"),
        models.Index(fields=["owner", "title_sort", "record"], condition=alive, name=f"{name}_by_owner_title"),
        models.Index(fields=["department", "title_sort", "record"], condition=alive, name=f"{name}_by_dep_title"),
        models.Index(fields=["-created_at", "-record"], condition=alive, name=f"{name}_newest"),
        models.Index(fields=["owner", "-created_at", "-record"], condition=alive, name=f"{name}_by_owner_newest"),
        models.Index(fields=["department", "-created_at", "-record"], condition=alive, name=f"{name}_by_dep_newest"),
    ]


class Company(Located, Reachable, RecordModel):
    """An organisation: customer, supplier, partner."""

    name = models.CharField(_("name"), max_length=200)
    alternative_names = models.CharField(
        _("also known as"), max_length=LONGEST_NAMES, blank=True, help_text=_("Other names, separated by commas.")
    )
    website = models.URLField(_("website"), blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    registration_number = models.CharField(_("registration number"), max_length=60, blank=True)
    industries = models.ManyToManyField(Industry, verbose_name=_("industries"), blank=True, related_name="companies")
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="companies"
    )
    description = models.TextField(_("description"), blank=True)

    can_merge: ClassVar[bool] = True
    link_fields: ClassVar[tuple[str, ...]] = ("assignees", "shared_with", "tags")
    untracked: ClassVar[frozenset[str]] = frozenset({"email_key", "phone_key", "domain_key"})

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        indexes: ClassVar[list[models.Index]] = index_by_title("company")
        constraints = [
            models.UniqueConstraint(
                fields=["title_sort", "country"], condition=models.Q(deleted_at=None), name="company_once_per_country",
                violation_error_message=_("There is a company of this name in this country already."),
            )
        ]  # fmt: skip

    def before_save(self) -> None:
        super().before_save()
        self.keep_keys(self.website)

    def absorbed(self, others: Sequence[Company], becomes: Mapping[str, Any]) -> dict[str, Any]:
        """The names of the others are names it is known by, as many as fit."""
        known = [name.strip() for row in (self, *others) for name in (row.name, *row.alternative_names.split(","))]
        keys, found = {name_key(str(becomes.get("name", self.name)))}, ""
        for name in known:
            longer = f"{found}, {name}" if found else name
            if name and name_key(name) not in keys and len(longer) <= LONGEST_NAMES:
                keys.add(name_key(name))
                found = longer
        return {"alternative_names": found} if found != self.alternative_names else {}

    def search_text(self) -> str:
        return " ".join([self.name, self.alternative_names, self.email, self.phone, digits(self.phone), self.website])


class CompanyName(Projection):
    """A name a company is known by, as names are compared (`crm.keys.name_key`)."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="names")
    key = models.CharField(max_length=200, db_index=True)
    is_alternative = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.key


class Person(Located, Reachable, RecordModel):
    """A named person."""

    can_merge: ClassVar[bool] = True
    named_by: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "email", "phone")

    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    source = models.ForeignKey(
        Source, models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="+"
    )
    description = models.TextField(_("description"), blank=True)

    link_fields: ClassVar[tuple[str, ...]] = ("assignees", "shared_with", "tags")
    untracked: ClassVar[frozenset[str]] = frozenset({"email_key", "phone_key", "domain_key"})

    class Meta(RecordModel.Meta):
        abstract = True

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def title(self) -> str:
        return self.full_name or self.email or self.phone

    def before_save(self) -> None:
        super().before_save()
        self.keep_keys()

    def search_text(self) -> str:
        return " ".join([self.full_name, self.job_title, self.email, self.phone, digits(self.phone)])


class Contact(Person):
    """A person the company deals with, usually of a company."""

    company = models.ForeignKey(
        Company, models.PROTECT, verbose_name=_("company"), null=True, blank=True, related_name="contacts"
    )

    bin: ClassVar[dict[str, str]] = {"company": "refuse"}

    class Meta(Person.Meta):
        abstract = False
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar[list[models.Index]] = index_by_title("contact")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title_sort=""), name="contact_is_named",
                violation_error_message=_("Give a name, an e-mail or a telephone."),
            )
        ]  # fmt: skip

    def linked_records(self) -> list[int]:
        return [self.company_id] if self.company_id else []


class Lead(Person):
    """Somebody who may become a customer, before company and contact are worth two records."""

    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    website = models.URLField(_("website"), blank=True)

    named_by: ClassVar[tuple[str, ...]] = (*Person.named_by, "company_name")

    class Meta(Person.Meta):
        abstract = False
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes: ClassVar[list[models.Index]] = index_by_title("lead")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title_sort=""), name="lead_is_named",
                violation_error_message=_("Give a name, a company name, an e-mail or a telephone."),
            )
        ]  # fmt: skip

    @property
    def title(self) -> str:
        return self.full_name or self.company_name or self.email or self.phone

    def before_save(self) -> None:
        super().before_save()
        self.keep_keys(self.website)

    def search_text(self) -> str:
        return f"{super().search_text()} {self.company_name} {self.website}"


class CompanyValues(Values):
    """The own fields of companies."""

    of = models.OneToOneField(Company, models.CASCADE, primary_key=True, related_name="custom")


class ContactValues(Values):
    """The own fields of contacts."""

    of = models.OneToOneField(Contact, models.CASCADE, primary_key=True, related_name="custom")


class LeadValues(Values):
    """The own fields of leads."""

    of = models.OneToOneField(Lead, models.CASCADE, primary_key=True, related_name="custom")
