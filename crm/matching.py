"""Do we know them? Companies, contacts and leads that may be who writes, each with a score and reasons in words.

Only records the person may see are considered, so nothing is told about others. Every query goes by an
indexed key and takes at most 50 rows. From 0.90 a proposal counts as chosen, from 0.50 it is offered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.kinds.formats import number
from common.kinds.models import RecordModel, RecordQuerySet
from common.kinds.words import digits, title_sort
from common.people.models import User
from common.policy.principal import Principal, principal_of
from crm.keys import SHORTEST_PHONE, domain_of, email_key, name_key, name_words, phone_key
from crm.models import Company, CompanyName, Contact, Lead

CHOSEN, OFFERED, SURE = 0.90, 0.50, 0.99
MOST_CANDIDATES, MOST_OFFERED = 30, 3
SAME_EMAIL, SAME_NAME, SAME_DOMAIN, SAME_PHONE = 0.97, 0.92, 0.80, 0.80
SAME_WORDS, KNOWN_AS, SAME_PERSON, SAME_COMPANY = 0.85, 0.85, 0.60, 0.50
WEAKEST_NAME, NAME_WEIGHT = 0.60, 0.85

R = TypeVar("R", bound=RecordModel)


@dataclass(frozen=True)
class Asked:
    """What is known about who writes."""

    email: str = ""
    phone: str = ""
    company_name: str = ""
    website: str = ""
    first_name: str = ""
    last_name: str = ""

    @property
    def email_key(self) -> str:
        return email_key(self.email)

    @property
    def phone_key(self) -> str:
        return phone_key(self.phone) if len(digits(self.phone)) >= SHORTEST_PHONE else ""

    @property
    def domain(self) -> str:
        return domain_of(self.website) or domain_of(self.email)

    @property
    def person(self) -> str:
        return title_sort(f"{self.first_name} {self.last_name}")


@dataclass(frozen=True)
class Match(Generic[R]):
    """A proposal: how sure it is (0 to 1) and why."""

    record: R
    score: float
    reasons: tuple[str, ...]

    @property
    def is_chosen(self) -> bool:
        return self.score >= CHOSEN


@dataclass(frozen=True)
class Matches:
    """The proposals, best first."""

    companies: Sequence[Match[Company]] = ()
    contacts: Sequence[Match[Contact]] = ()
    leads: Sequence[Match[Lead]] = ()


class Evidence(Generic[R]):
    """Collects reasons per record; independent reasons strengthen each other."""

    def __init__(self) -> None:
        self.records: dict[int, R] = {}
        self.reasons: dict[int, list[tuple[float, str]]] = defaultdict(list)

    def add(self, record: R, weight: float, reason: str) -> None:
        self.records.setdefault(record.pk, record)
        if reason not in [known for _weight, known in self.reasons[record.pk]]:
            self.reasons[record.pk].append((weight, reason))

    def best(self) -> list[Match[R]]:
        found = []
        for pk, reasons in self.reasons.items():
            doubt = 1.0
            for weight, _reason in reasons:
                doubt *= 1 - weight
            score = round(min(1 - doubt, SURE), 2)
            if score >= OFFERED:
                words = tuple(reason for _weight, reason in sorted(reasons, key=lambda item: -item[0]))
                found.append(Match(self.records[pk], score, words))
        return sorted(found, key=lambda match: (-match.score, match.record.pk))[:MOST_OFFERED]


def find(user: User | Principal, asked: Asked) -> Matches:
    """The proposals for who writes, among what the person may see.

    From whom contact details are hidden, proposals go by names alone.
    """
    principal = principal_of(user)
    if principal.hides_contacts:
        asked = replace(asked, email="", phone="", website="")
    contacts = _contacts(principal, asked)
    companies = _companies(principal, asked, contacts)
    _colleagues(principal, asked, companies, contacts)
    return Matches(companies.best(), contacts.best(), _leads(principal, asked).best())


def _some(rows: RecordQuerySet[Any], *related: str) -> list[Any]:
    return list(rows.select_related(*related)[:MOST_CANDIDATES])


def _by_keys(asked: Asked, *, domain: bool) -> Q:
    """The condition "reached the same way"; empty when nothing can be compared."""
    found = Q()
    if asked.email_key:
        found |= Q(email_key=asked.email_key)
    if asked.phone_key:
        found |= Q(phone_key=asked.phone_key)
    if domain and asked.domain:
        found |= Q(domain_key=asked.domain)
    return found


def reach_reasons(record: Company | Contact | Lead, asked: Asked) -> Iterable[tuple[float, str]]:
    """The reasons that lie in how somebody is reached."""
    if asked.email_key and record.email_key == asked.email_key:
        yield SAME_EMAIL, _("same e-mail")
    if asked.phone_key and record.phone_key == asked.phone_key:
        yield SAME_PHONE, _("same telephone")


def _is_of_domain(record: Company | Lead, asked: Asked) -> bool:
    """Whether the mail domain says something beyond the address itself."""
    is_same_address = bool(asked.email_key) and record.email_key == asked.email_key
    return bool(asked.domain) and record.domain_key == asked.domain and not is_same_address


def _contacts(principal: Principal, asked: Asked) -> Evidence[Contact]:
    evidence: Evidence[Contact] = Evidence()
    wanted = _by_keys(asked, domain=False)
    if asked.person:
        wanted |= Q(title_sort=asked.person)
    if not wanted:
        return evidence
    for contact in _some(Contact.objects.for_user(principal).filter(wanted), "company", "city", "country"):
        reasons = list(reach_reasons(contact, asked))
        for weight, reason in reasons:
            evidence.add(contact, weight, reason)
        weigh_person(evidence, contact, asked)
        if contact.company is not None and asked.company_name:
            alike = likeness_of(contact.company.name, asked.company_name)
            if alike >= WEAKEST_NAME:
                evidence.add(contact, SAME_COMPANY * alike, _("same company"))
    return evidence


def weigh_person(evidence: Evidence[Any], person: Contact | Lead, asked: Asked) -> None:
    """Weigh how alike the names of people are."""
    if not asked.person or not person.full_name:
        return
    alike = SequenceMatcher(None, title_sort(person.full_name), asked.person).ratio()
    if alike == 1:
        evidence.add(person, SAME_PERSON, pgettext("person", "same name"))
    elif alike >= WEAKEST_NAME:
        likeness = pgettext("person", "name %(likeness)s") % {"likeness": number(alike, 2)}
        evidence.add(person, SAME_PERSON * alike / 2, likeness)


def _companies(principal: Principal, asked: Asked, contacts: Evidence[Contact]) -> Evidence[Company]:
    evidence: Evidence[Company] = Evidence()
    visible = Company.objects.for_user(principal)
    reached = _by_keys(asked, domain=True)
    if reached:
        for company in _some(visible.filter(reached), "city", "country"):
            weigh_company(evidence, company, asked)
    _companies_of_people(principal, asked, contacts, evidence)
    _companies_by_name(visible, asked, evidence)
    return evidence


def weigh_company(evidence: Evidence[Company], company: Company, asked: Asked) -> None:
    """Weigh how a company is reached, its domain, and its name."""
    for weight, reason in reach_reasons(company, asked):
        evidence.add(company, weight, reason)
    if _is_of_domain(company, asked):
        evidence.add(company, SAME_DOMAIN, _("same e-mail domain"))
    _weigh_name(evidence, company, asked)


def _companies_of_people(
    principal: Principal, asked: Asked, contacts: Evidence[Contact], evidence: Evidence[Company]
) -> None:
    """Companies whose people write from this address, call from this number or share its domain."""
    known: dict[int, list[tuple[float, str]]] = defaultdict(list)
    for contact in contacts.records.values():
        if contact.company_id is None:
            continue
        for weight, _reason in reach_reasons(contact, asked):
            known[contact.company_id].append((weight, _("%(person)s works there") % {"person": contact.title}))
    wanted = Q(pk__in=known)
    if asked.domain:
        colleagues = Contact.objects.for_user(principal).filter(domain_key=asked.domain, company__isnull=False)
        wanted |= Q(pk__in=colleagues.values("company_id")[:MOST_CANDIDATES])
    if not known and not asked.domain:
        return
    for company in _some(Company.objects.for_user(principal).filter(wanted), "city", "country"):
        for weight, reason in known.get(company.pk, ()):
            evidence.add(company, weight - 0.02, reason)
        if asked.domain and not known.get(company.pk):
            evidence.add(company, SAME_DOMAIN, _("same e-mail domain"))
        _weigh_name(evidence, company, asked)


def _companies_by_name(visible: RecordQuerySet[Company], asked: Asked, evidence: Evidence[Company]) -> None:
    words = name_words(asked.company_name)
    if not words:
        return
    key = name_key(asked.company_name)
    exact, alike = CompanyName.objects.filter(key=key), CompanyName.objects.filter(_begins("key", words[0]))
    for company in _some(visible.filter(pk__in=exact.values("company_id")), "city", "country"):
        _weigh_name(evidence, company, asked)
        if name_key(company.name) != key:
            reason = _("also known as “%(name)s”") % {"name": asked.company_name}
            evidence.add(company, KNOWN_AS, reason)
    for company in _some(visible.filter(pk__in=alike.values("company_id")), "city", "country"):
        _weigh_name(evidence, company, asked)


def _begins(column: str, word: str) -> Q:
    """Rows whose column begins with `word`, by an index: SQLite uses it only for a range."""
    if connection.vendor == "sqlite":
        return Q(**{f"{column}__gte": word, f"{column}__lt": word + "\U0010ffff"})
    return Q(**{f"{column}__startswith": word})


def likeness_of(one: str, other: str) -> float:
    """How alike two company names are without their legal forms, 0 to 1."""
    return SequenceMatcher(None, name_key(one), name_key(other)).ratio()


def _weigh_name(evidence: Evidence[Company], company: Company, asked: Asked) -> None:
    if not name_words(asked.company_name):
        return
    alike = likeness_of(company.name, asked.company_name)
    if title_sort(company.name) == title_sort(asked.company_name):
        evidence.add(company, SAME_NAME, pgettext("company", "same name"))
    elif alike == 1:
        evidence.add(company, SAME_WORDS, _("same name but for the legal form"))
    elif alike >= WEAKEST_NAME:
        likeness = pgettext("company", "name %(likeness)s") % {"likeness": number(alike, 2)}
        evidence.add(company, NAME_WEIGHT * alike, likeness)


def _colleagues(principal: Principal, asked: Asked, companies: Evidence[Company], contacts: Evidence[Contact]) -> None:
    """People of the likely companies with a like name."""
    likely = [match.record.pk for match in companies.best()]
    if not likely or not asked.last_name:
        return
    last = title_sort(asked.last_name)
    rows = Contact.objects.for_user(principal).filter(company__in=likely, last_name__iexact=asked.last_name.strip())
    for contact in _some(rows, "company", "city", "country"):
        told = asked.email_key and contact.email_key == asked.email_key
        if title_sort(contact.last_name) == last and not told:
            weigh_person(contacts, contact, asked)
            contacts.add(contact, SAME_COMPANY, _("same company"))


def _leads(principal: Principal, asked: Asked) -> Evidence[Lead]:
    evidence: Evidence[Lead] = Evidence()
    wanted = _by_keys(asked, domain=True)
    if asked.person:
        wanted |= Q(title_sort=asked.person)
    if not wanted:
        return evidence
    for lead in _some(Lead.objects.for_user(principal).filter(wanted), "city", "country"):
        for weight, reason in reach_reasons(lead, asked):
            evidence.add(lead, weight, reason)
        if _is_of_domain(lead, asked):
            evidence.add(lead, SAME_COMPANY, _("same e-mail domain"))
        weigh_person(evidence, lead, asked)
        if lead.company_name and asked.company_name and likeness_of(lead.company_name, asked.company_name) == 1:
            evidence.add(lead, SAME_COMPANY, _("same company"))
    return evidence
