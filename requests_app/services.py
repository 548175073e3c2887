"""The named operations on requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from common import clock
from common.changes import services as changes
from common.changes import submissions
from common.changes.errors import ForeignRecord
from common.changes.services import Actor, System, person
from common.changes.submissions import AlreadySubmitted
from common.changes.writing import DEFAULT
from common.events.models import Via
from common.kinds.models import RecordModel
from common.kinds.words import title_sort
from common.money.models import Currency
from common.organisation.models import Department
from common.organisation.selectors import company_today, next_working_day
from common.people.models import User
from common.policy import selectors as policy
from common.policy.principal import principal_of
from common.records.errors import AlreadyTaken
from common.records.services import require_takeable
from crm.models import Company, Contact, Lead
from deals import services as deals
from deals.errors import NoPriceKnown
from deals.models import Deal
from requests_app import errors
from requests_app.models import FormPost, Request, SiteForm

HONEYPOT = "homepage"
UTM_KEYS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
LONGEST_UTM = 200
RATE_LIMIT, RATE_WINDOW = 5, timedelta(minutes=10)
PERSON_FIELDS = ("first_name", "last_name", "email", "phone")


def receive_site_request(
    form: SiteForm, data: Mapping[str, Any], *, utm: Mapping[str, str], visitor: str, nonce: str
) -> Request | None:
    """Store what a stranger posted, once per nonce, in the department of the form's source.

    None: a second post of the same form, or a machine that filled in the field people do not see; both are
    answered like success. `visitor` is the address; only its keyed hash is kept.
    Raises `TooManyPosts`, `ValidationError`.
    """
    if data.get(HONEYPOT):
        return None
    values = {
        **{name: value for name, value in data.items() if name != HONEYPOT and value not in (None, "")},
        "channel": Request.Channel.SITE, "source": form.source, "utm": _campaign(utm),
    }  # fmt: skip
    site, label = System("site"), _("Site form: %(form)s") % {"form": form.label}
    try:
        with submissions.once(nonce), changes.via(Via.SITE), changes.change_set(label, by=site):
            _count_post(visitor)
            return changes.create(Request, values, by=site, owner=None, department=form.source.department)
    except AlreadySubmitted:
        return None


def _campaign(utm: Mapping[str, str]) -> dict[str, str]:
    return {key: str(utm[key])[:LONGEST_UTM] for key in UTM_KEYS if utm.get(key)}


def _count_post(address: str) -> None:
    """Count a post of this visitor. Raises `TooManyPosts`."""
    visitor = salted_hmac("requests_app.visitor", address, algorithm="sha256").hexdigest()
    now = clock.now()
    if FormPost.objects.filter(visitor=visitor, at__gt=now - RATE_WINDOW).count() >= RATE_LIMIT:
        raise errors.TooManyPosts
    FormPost.objects.filter(at__lt=now - 10 * RATE_WINDOW).delete()
    FormPost.objects.create(visitor=visitor, at=now)


def create_request(values: Mapping[str, Any], *, by: Actor) -> Request:
    """A request entered by hand. It belongs to who may take requests; an operator leaves it to the managers."""
    user = person(by)
    owner: Any = DEFAULT
    if user is not None:
        principal = principal_of(user)
        keeps = principal.may("requests_app.request", "take")
        gives = principal.may("requests_app.request", "transfer")
        owner = None if gives and not keeps else DEFAULT
    given = {**values, "channel": Request.Channel.MANUAL}
    return changes.create(Request, given, by=by, owner=owner)


def take(request: Request, *, by: Actor) -> Request:
    """Make a pending request the person's own; theirs already: nothing.

    Raises `AlreadyTaken` (naming the other), `RequestNotPending`.
    """
    label = _("Taken: %(request)s") % {"request": request.name}
    with changes.operation("take", request, by=by, label=label) as row:
        if not row.is_pending:
            raise errors.RequestNotPending
        return _give(row, require_takeable(row, by), by=by)


def _give(row: Request, owner: Any, *, by: Actor) -> Request:
    """Inside an operation: the locked request is `owner`'s and in progress."""
    values: dict[str, Any] = {"owner": owner, "status": Request.Status.IN_PROGRESS}
    if row.department_id is None and owner is not None:
        values["department"] = owner.department
    return changes.edit(row, values, by=by, kind="request.taken")


def _require_free(row: Request, by: Actor) -> None:
    """Inside an operation: raise `AlreadyTaken` where another works on the request and the person may not change it."""
    user = person(by)
    if user is None or row.owner_id in (None, user.pk):
        return
    if not policy.may(user, row, "change"):
        raise AlreadyTaken(owner=row.owner)


def _require_visible(by: Actor, **records: RecordModel | None) -> None:
    """Raise `ForeignRecord` for a chosen record the person may not see."""
    user = person(by)
    for name, record in records.items():
        if user is None or record is None:
            continue
        if not type(record).objects.for_user(user).filter(pk=record.pk).exists():
            raise ForeignRecord(field=name)


def _require_consistent(company: Company | None, contact: Contact | None, lead: Lead | None) -> None:
    """A lead stands alone; a contact belongs to the chosen company or to none."""
    if lead is not None and (company is not None or contact is not None):
        raise errors.LeadOrCompany(field="lead")
    if contact is None or company is None or contact.company_id is None:
        return
    if contact.company_id != company.pk:
        raise errors.ContactOfAnotherCompany(field="contact", contact=contact, company=contact.company)


def confirm_counterparty(
    request: Request, *, company: Company | None = None, contact: Contact | None = None, lead: Lead | None = None,
    by: Actor,
) -> Request:  # fmt: skip
    """Say who wrote a pending request. A contact brings its company.

    Raises `RequestNotPending`, `AlreadyTaken`, `ForeignRecord`, `LeadOrCompany`, `ContactOfAnotherCompany`.
    """
    label = _("Counterparty of %(request)s") % {"request": request.name}
    with changes.operation("match", request, by=by, label=label) as row:
        _require_pending(row)
        _require_free(row, by)
        _require_visible(by, company=company, contact=contact, lead=lead)
        _require_consistent(company, contact, lead)
        if company is None and contact is not None:
            company = contact.company
        values = {"company": company, "contact": contact, "lead": lead}
        return changes.edit(row, values, by=by, kind="request.matched")


def _require_pending(row: Request) -> None:
    """Raise `RequestAlreadyHasDeal` or `RequestNotPending` for a request that is dealt with."""
    if row.deal is not None:
        raise errors.RequestAlreadyHasDeal(deal_id=row.deal.pk, number=f"D-{row.deal.number}", deal=row.deal.name)
    if not row.is_pending:
        raise errors.RequestNotPending


def set_aside(request: Request, *, reason: str, by: Actor) -> Request:
    """Close a pending request without a deal, as spam, a duplicate, not our customer or for another reason.

    Raises `RequestAlreadyHasDeal`, `RequestNotPending`, `AlreadyTaken`.
    """
    why = Request.Disqualification(reason)
    label = _("Set aside: %(request)s") % {"request": request.name}
    with changes.operation("set_aside", request, by=by, label=label) as row:
        _require_pending(row)
        _require_free(row, by)
        values = {"status": Request.Status.CLOSED, "disqualification": why}
        return changes.edit(row, values, by=by, kind="request.set_aside")


def reopen_request(request: Request, *, by: Actor) -> Request:
    """Take back that a request was set aside. Raises `RequestNotSetAside`, `AlreadyTaken`."""
    label = _("Reopened: %(request)s") % {"request": request.name}
    with changes.operation("set_aside", request, by=by, label=label) as row:
        if row.status != Request.Status.CLOSED:
            raise errors.RequestNotSetAside
        _require_free(row, by)
        status = Request.Status.NEW if row.owner_id is None else Request.Status.IN_PROGRESS
        values = {"status": status, "disqualification": ""}
        return changes.edit(row, values, by=by, kind="request.reopened")


def create_deal(
    request: Request, *, by: Actor, company: Company | None = None, new_company: str = "",
    contact: Contact | None = None, new_contact: Mapping[str, Any] | None = None, lead: Lead | None = None,
    new_lead: Mapping[str, Any] | None = None, name: str = "", amount: Decimal | None = None,
    currency: Currency | None = None, next_step: str = "", next_step_on: date | None = None, owner: User | None = None,
) -> Deal:  # fmt: skip
    """Make a deal of a pending request, which becomes its manager's first and is processed then.

    The counterparty is chosen (`company`, `contact`, `lead`) or new: `new_company` is its name;
    `new_contact` and `new_lead` are values beside those of the request. The manager is `owner`, else who has
    the request, else who does it. Wanted products become lines at the catalogue price; the amount, where not
    given, is their sum. Everything or nothing is stored.
    Raises `RequestAlreadyHasDeal`, `RequestNotPending`, `AlreadyTaken`, `OwnerNeeded`, `NotAManager`,
    `NoCounterparty`, `LeadOrCompany`, `ContactOfAnotherCompany`, `CompanyExists`, `NoName`, `ForeignRecord`
    and what `deals.services.create_deal` raises.
    """
    label = _("Deal for request: %(request)s") % {"request": request.name}
    with changes.operation("create_deal", request, by=by, label=label) as row:
        _require_pending(row)
        manager = _manager(row, owner, by)
        if row.owner_id != manager.pk or row.status == Request.Status.NEW:
            row = _give(row, manager, by=by)
        _require_visible(by, company=company, contact=contact, lead=lead)
        home = row.department or manager.department
        party = _counterparty(
            row, manager, home, by=by, company=company, new_company=new_company, contact=contact,
            new_contact=new_contact, lead=lead, new_lead=new_lead,
        )  # fmt: skip
        deal = deals.create_deal(
            name=name or row.name, amount=amount, currency=currency, source=row.source,
            next_step=next_step or _("Establish the first contact"),
            next_step_on=next_step_on or next_working_day(company_today(), home.pk if home else None),
            coowners=[user.user_id for user in row.record.members.filter(role="coowner")],
            by=by, owner=manager, department=home, **party,
        )  # fmt: skip
        deal = _add_products(deal, row, by, keeps_amount=amount is not None)
        values = {**party, "deal": deal, "status": Request.Status.PROCESSED}
        changes.edit(row, values, by=by, kind="request.deal_created")
    return deal


def _manager(row: Request, chosen: User | None, by: Actor) -> User:
    """Whose the deal will be. Raises `AlreadyTaken`, `OwnerNeeded`, `NotAManager`."""
    _require_free(row, by)
    user = person(by)
    if chosen is None:
        able = user is not None and policy.may(user, row, "take")
        chosen = row.owner or (user if able else None)
    if chosen is None:
        raise errors.OwnerNeeded(field="owner")
    if row.owner_id not in (None, chosen.pk) and user is not None and not policy.may(user, row, "transfer"):
        raise AlreadyTaken(field="owner", owner=row.owner)
    if not (chosen.is_active and policy.may(chosen, row, "take")):
        raise errors.NotAManager(field="owner", person=chosen)
    return chosen


def _counterparty(
    row: Request, manager: User, home: Department | None, *, by: Actor, company: Company | None, new_company: str,
    contact: Contact | None, new_contact: Mapping[str, Any] | None, lead: Lead | None,
    new_lead: Mapping[str, Any] | None,
) -> dict[str, Any]:  # fmt: skip
    """`company`, `contact` and `lead` of the deal, made where they are new."""
    place: dict[str, Any] = {"by": by, "owner": manager, "department": home}
    _require_consistent(company, contact, lead)
    if new_company.strip() and company is None:
        _require_consistent(Company(), None, lead)
        company = _new_company(row, new_company.strip(), place)
    if contact is not None:
        _require_consistent(company, contact, lead)
        company = company or contact.company
        user = person(by)
        if company is not None and contact.company_id is None and (user is None or policy.may(user, contact, "change")):
            contact = changes.edit(contact, {"company": company}, by=by)
    elif new_contact is not None:
        _require_consistent(None, Contact(), lead)
        contact = changes.create(Contact, {**_person(row, new_contact), "company": company}, **place)
    elif new_lead is not None and lead is None:
        _require_consistent(company, None, Lead())
        values = {"company_name": row.company_name, **_person(row, new_lead)}
        lead = changes.create(Lead, values, **place)
    if company is None and contact is None and lead is None:
        raise errors.NoCounterparty(field="company")
    return {"company": company, "contact": contact, "lead": lead}


def _new_company(row: Request, name: str, place: Mapping[str, Any]) -> Company:
    taken = Company.objects.filter(title_sort=title_sort(name), country=row.country)
    if row.country_id is not None and taken.exists():
        raise errors.CompanyExists(field="new_company")
    values = {"name": name, "country": row.country, "source": row.source}
    return changes.create(Company, values, **place)


def _person(row: Request, given: Mapping[str, Any]) -> dict[str, Any]:
    """Name and address of a new person: as given, else as in the request."""
    values = {name: given.get(name, getattr(row, name)) for name in PERSON_FIELDS}
    if not any(values.values()) and not given.get("company_name", row.company_name):
        raise errors.NoName(field="new_contact")
    return {**values, **given, "country": row.country, "source": row.source}


def _add_products(deal: Deal, row: Request, by: Actor, *, keeps_amount: bool) -> Deal:
    """One line per wanted product. Without a price that can be told today the line waits for one."""
    untold = False
    for product in row.products.order_by("pk"):
        try:
            deals.add_line(deal, {"product": product}, by=by)
        except NoPriceKnown:
            untold = True
            deals.add_line(deal, {"product": product, "price": Decimal(0)}, by=by)
    deal.refresh_from_db()
    if untold and not keeps_amount and deal.amount is not None:
        deal = changes.edit(deal, {"amount": None}, by=by)
    return deal
