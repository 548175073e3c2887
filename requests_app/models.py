from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common import clock
from common.customfields.models import Values
from common.kinds.models import Dictionary, Ledger, RecordManager, RecordModel, RecordQuerySet
from common.kinds.words import digits
from crm.models import phone_validator

PENDING = Q(deleted_at=None, status__in=("new", "in_progress"))


class RequestQuerySet(RecordQuerySet["Request"]):
    """Words for asking requests."""

    def pending(self) -> RequestQuerySet:
        """Requests nobody has dealt with."""
        return self.filter(status__in=Request.PENDING)


class Request(RecordModel):
    """An enquiry as it came in, until it is a deal or set aside."""

    class Status(models.TextChoices):
        NEW = "new", _("new")
        IN_PROGRESS = "in_progress", _("in progress")
        PROCESSED = "processed", _("processed")
        CLOSED = "closed", _("set aside")

    class Channel(models.TextChoices):
        SITE = "site", _("site form")
        MANUAL = "manual", _("entered by hand")

    class Disqualification(models.TextChoices):
        SPAM = "spam", _("spam")
        DUPLICATE = "duplicate", _("duplicate")
        NOT_TARGET = "not_target", _("not our customer")
        OTHER = "other", _("other reason")

    PENDING: ClassVar[tuple[str, ...]] = (Status.NEW, Status.IN_PROGRESS)

    name = models.CharField(_("what it is about"), max_length=200)
    text = models.TextField(_("what they wrote"), blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True, validators=[phone_validator])
    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    country = models.ForeignKey(
        "places.Country", models.PROTECT, verbose_name=_("country"), null=True, blank=True, related_name="+"
    )
    city_name = models.CharField(_("city"), max_length=80, blank=True)
    source = models.ForeignKey(
        "crm.Source", models.PROTECT, verbose_name=_("source"), null=True, blank=True, related_name="requests"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel.choices, default=Channel.MANUAL, editable=False
    )
    utm = models.JSONField(_("campaign"), default=dict, blank=True, editable=False)
    received_at = models.DateTimeField(_("received"), default=clock.now, editable=False)
    products = models.ManyToManyField(
        "catalogue.Product", verbose_name=_("products wanted"), blank=True, related_name="requests"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.NEW, editable=False)
    disqualification = models.CharField(
        _("set aside as"), max_length=12, choices=Disqualification.choices, blank=True, editable=False
    )
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, verbose_name=_("company"), null=True, blank=True, related_name="requests"
    )
    contact = models.ForeignKey(
        "crm.Contact", models.PROTECT, verbose_name=_("contact"), null=True, blank=True, related_name="requests"
    )
    lead = models.ForeignKey(
        "crm.Lead", models.PROTECT, verbose_name=_("lead"), null=True, blank=True, related_name="requests"
    )
    deal = models.OneToOneField(
        "deals.Deal", models.PROTECT, verbose_name=_("deal"), null=True, editable=False, related_name="request"
    )

    objects: ClassVar[RecordManager[Any]] = RecordManager(RequestQuerySet)
    everything: ClassVar[RecordManager[Any]] = RecordManager(RequestQuerySet, with_bin=True)

    bin: ClassVar[dict[str, str]] = {
        "company": "refuse", "contact": "refuse", "lead": "refuse", "deal": "keep", "products": "keep",
    }  # fmt: skip
    link_fields: ClassVar[tuple[str, ...]] = ("coowners", "shared_with", "tags")
    contact_fields: ClassVar[tuple[str, ...]] = ("email", "phone")

    class Meta(RecordModel.Meta):
        abstract = False
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="closed") ^ Q(disqualification=""), name="request_set_aside_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(deal=None) | Q(status="processed"), name="request_with_a_deal_is_processed"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-created_at", "-record"], condition=Q(deleted_at=None), name="request_newest"),
            models.Index(
                fields=["owner", "-created_at", "-record"], condition=Q(deleted_at=None), name="request_by_owner"
            ),
            models.Index(
                fields=["department", "-created_at", "-record"], condition=Q(deleted_at=None), name="request_by_dep"
            ),
            models.Index(
                fields=["department", "received_at", "record"], condition=PENDING, name="request_pending_by_dep"
            ),
            models.Index(fields=["owner", "received_at", "record"], condition=PENDING, name="request_pending_by_owner"),
            models.Index(fields=["received_at", "record"], condition=PENDING, name="request_pending"),
        ]

    @property
    def full_name(self) -> str:
        """First and last name of who asks."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_pending(self) -> bool:
        """Whether nobody has dealt with it."""
        return self.status in self.PENDING

    def clean(self) -> None:
        if not (self.email or self.phone or self.company_id or self.contact_id or self.lead_id):
            raise ValidationError({"email": _("Give an e-mail or a telephone, so that somebody can answer.")})

    def search_text(self) -> str:
        words = [self.name, self.full_name, self.email, self.phone, digits(self.phone), self.company_name]
        return " ".join([*words, f"R-{self.number}"])

    def linked_records(self) -> list[int]:
        return [pk for pk in (self.company_id, self.contact_id, self.lead_id, self.deal_id) if pk]


class SiteForm(Dictionary):
    """A public form at `/forms/<slug>/`; what is posted becomes a request of its source's department."""

    slug = models.SlugField(_("address"), unique=True)
    source = models.ForeignKey("crm.Source", models.PROTECT, verbose_name=_("source"), related_name="forms")
    intro = models.TextField(_("words above the form"), blank=True)
    intros = models.JSONField(_("words in other languages"), default=dict, blank=True)
    asks_company = models.BooleanField(_("asks for the company"), default=True)
    asks_phone = models.BooleanField(_("asks for a telephone"), default=True)
    asks_country = models.BooleanField(_("asks for the country"), default=False)
    asks_products = models.BooleanField(_("offers products to choose"), default=False)

    class Meta(Dictionary.Meta):
        verbose_name = _("site form")
        verbose_name_plural = _("site forms")


class FormPost(Ledger):
    """A post to a public form, for limiting how often one visitor may post."""

    visitor = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["visitor", "-at"], name="form_posts_of_visitor")]


class RequestValues(Values):
    """The own fields of requests."""

    of = models.OneToOneField(Request, models.CASCADE, primary_key=True, related_name="custom")
