from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from catalogue.models import Product
from common import clock
from common.kinds import formats
from common.kinds.counting import bounded
from common.kinds.models import RecordModel, RecordQuerySet
from common.organisation.selectors import company_today, company_zone
from common.people.models import User
from common.places.models import Country
from common.policy import scopes
from common.policy import selectors as policy
from common.policy.principal import Principal, principal_of
from crm import matching
from crm.models import Company, Contact, Lead
from deals.models import Deal
from requests_app.models import Request, SiteForm

MOST_COUNTED = 10_000
MOST_WAITING = 99


def _pending() -> RecordQuerySet[Request]:
    """Pending requests, before the question who may see them."""
    rows: RecordQuerySet[Request] = Request.objects.get_queryset().filter(status__in=Request.PENDING)
    return rows


def _theirs(principal: Principal) -> tuple[Q, Q]:
    """A person's, and nobody's."""
    return Q(owner_id=principal.user_id), Q(owner=None)


def waiting_for(user: User | Principal, most: int) -> list[Request]:
    """The pending requests the person sees that are theirs or nobody's, those that wait longest first."""
    principal = principal_of(user)

    def named(found: RecordQuerySet[Request]) -> RecordQuerySet[Request]:
        return found.select_related("source", "company")

    mine, nobodys = _theirs(principal)
    rows = _pending().filter(mine | nobodys)
    return list(scopes.page_for_user(rows, principal, ("received_at", "pk"), most, ready=named))


def matches_for(user: User | Principal, request: Request) -> matching.Matches:
    """Who may have written the request, among what the person may see."""
    asked = matching.Asked(
        email=request.email, phone=request.phone, company_name=request.company_name, first_name=request.first_name,
        last_name=request.last_name,
    )  # fmt: skip
    return matching.find(user, asked)


def requests_of(user: User | Principal, record: RecordModel) -> RecordQuerySet[Request]:
    """The requests of a company, contact or lead that the person may see, newest first."""
    columns: dict[type[RecordModel], str] = {Company: "company", Contact: "contact", Lead: "lead"}
    rows: RecordQuerySet[Request] = Request.objects.for_user(user).filter(**{columns[type(record)]: record.pk})
    return rows.order_by("-created_at", "-pk")


def badge(principal: Principal) -> tuple[RecordQuerySet[Request], RecordQuerySet[Request]]:
    """What waits for a person, and what of it came before today: the counter of the side bar."""
    today = clock.start_of_day(company_today(), company_zone())

    def some(rows: RecordQuerySet[Request]) -> RecordQuerySet[Request]:
        return scopes.some_for_user(rows, principal, MOST_WAITING + 1, either=_theirs(principal))

    return some(_pending()), some(_pending().filter(received_at__lt=today))


def managers_for(user: User, request: Request) -> QuerySet[User] | None:
    """For whom a person may make the deal: None where they are the one who has it or takes it."""
    principal = principal_of(user)
    if policy.may(principal, request, "take"):
        return None
    people: QuerySet[User] = User.objects.filter(
        is_active=True,
        department=request.department,
        roles__permissions__type=request._meta.label_lower,
        roles__permissions__action="take",
    )
    return people.distinct().order_by("last_name", "first_name")


def products_offered() -> QuerySet[Product]:
    """What the public form offers: products on sale, by name."""
    rows: QuerySet[Product] = Product.objects.get_queryset().filter(on_sale=True)
    return rows.order_by("title_sort", "pk")[:30]


def site_form(slug: str) -> SiteForm | None:
    """A public form in use, by its address."""
    return SiteForm.objects.in_use().filter(slug=slug).select_related("source__department").first()


def open_deals_of(user: User | Principal, matches: matching.Matches) -> list[Deal]:
    """Open deals, visible to the person, of who may have written."""
    companies = [match.record.pk for match in matches.companies]
    contacts = [match.record.pk for match in matches.contacts]
    rows = Deal.objects.for_user(user).filter(closed_on=None).filter(Q(company__in=companies) | Q(contact__in=contacts))
    return list(rows.select_related("stage", "owner").order_by("-created_at", "-pk")[:4])


def same_sender(user: User | Principal, request: Request) -> list[Request]:
    """Other visible requests from the same address."""
    if not request.email:
        return []
    rows = Request.objects.for_user(user).filter(email__iexact=request.email).exclude(pk=request.pk)
    return list(rows.order_by("-created_at", "-pk")[:4])


def sees_deal(user: User | Principal, deal: Deal) -> bool:
    """Whether the person may open this deal."""
    return Deal.objects.for_user(user).filter(pk=deal.pk).exists()


def request_of(user: User | Principal, deal: Deal) -> Request | None:
    """The request a deal came from; `is_visible` says whether the person may open it."""
    rows: RecordQuerySet[Request] = Request.objects.get_queryset().filter(deal=deal.pk)
    visible = Exists(Request.objects.for_user(user).filter(pk=OuterRef("pk")))
    return rows.annotate(is_visible=visible).select_related("source").prefetch_related("products").first()


def counts_checked(user: User | Principal) -> list[str]:
    """How many visible contacts and companies the proposals were chosen from, in words."""
    counted = bounded([Contact.objects.for_user(user), Company.objects.for_user(user)], MOST_COUNTED)
    return [formats.number(n) if n <= MOST_COUNTED else f"{formats.number(MOST_COUNTED)}+" for n in counted]


def countries_offered() -> QuerySet[Country]:
    """The countries the public form offers."""
    rows: QuerySet[Country] = Country.objects.in_use()
    return rows


def first_site_form() -> SiteForm | None:
    """A public form in use, if there is one."""
    return SiteForm.objects.in_use().first()


def has_site_request() -> bool:
    """Whether anything ever came through a public form."""
    return bool(Request.everything.filter(channel=Request.Channel.SITE).exists())
