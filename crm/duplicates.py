"""What makes two companies, contacts or leads the same: how they are reached, their domain, their names.

Weights are those of `crm.matching`. Names that differ much weaken what is shared: a switchboard or an info@ address
belongs to several people.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from common.duplicates.declaring import Alike
from common.kinds.models import RecordModel
from common.kinds.spelling import is_one_slip, sound
from common.kinds.words import title_sort
from common.policy.principal import Principal
from crm import matching
from crm.keys import SHORTEST_PHONE, name_key, name_words
from crm.matching import SAME_COMPANY, Asked, Evidence
from crm.models import Company, CompanyName, Lead, Person

MOST_ALIKE = 20
"""What more records share tells nothing: a switchboard, a common name."""
NEIGHBOURS, CLOSE = 3, 0.85
SHORTEST_SLIP = 5
UNLIKE_PEOPLE, UNLIKE_COMPANIES, NAMESAKES = 0.60, 0.89, 0.45
"""The most that two can score whose names differ much, and two people of one name in two companies."""
SIGNS = {"email": _("E-mail"), "phone": _("Telephone"), "name": _("Name")}


def known_of(record: Any) -> Asked:
    """What is known of a record, as it is asked for."""
    if isinstance(record, Company):
        return Asked(email=record.email, phone=record.phone, company_name=record.name, website=record.website)
    company = record.company_name if isinstance(record, Lead) else record.company.name if record.company else ""
    return Asked(
        email=record.email, phone=record.phone, company_name=company, first_name=record.first_name,
        last_name=record.last_name, website=record.website if isinstance(record, Lead) else "",
    )  # fmt: skip


def compare_companies(one: Company, other: Company) -> Alike | None:
    """How alike two companies are."""
    asked, evidence = known_of(one), Evidence[Company]()
    matching.weigh_company(evidence, other, asked)
    _by_sound(evidence, one.name, other)
    is_named = _same_words(name_words(one.name), name_words(other.name)) or _sounds_alike(one.name, other.name)
    signs = {"domain"} if asked.domain and asked.domain == other.domain_key else set()
    signs |= {"name"} if is_named else set()
    return _weighed(evidence, asked, other, signs, 1 if is_named else UNLIKE_COMPANIES)


def compare_people(one: Person, other: Person) -> Alike | None:
    """How alike two contacts or two leads are."""
    asked, evidence = known_of(one), Evidence[Any]()
    for weight, reason in matching.reach_reasons(other, asked):  # type: ignore[arg-type]  # a contact or a lead
        evidence.add(other, weight, reason)
    is_reached = bool(evidence.records)
    matching.weigh_person(evidence, other, asked)  # type: ignore[arg-type]  # a contact or a lead
    _by_sound(evidence, one.full_name, other)
    here, there = asked.company_name, known_of(other).company_name
    is_colleague = bool(here and there) and matching.likeness_of(here, there) == 1
    if is_colleague:
        evidence.add(other, SAME_COMPANY, str(_("same company")))
    names = title_sort(one.full_name).replace(".", " ").split(), title_sort(other.full_name).replace(".", " ").split()
    is_named = _same_words(*names) or _sounds_alike(one.full_name, other.full_name)
    most = 1 if is_named or not all(names) else UNLIKE_PEOPLE
    if here and there and not is_colleague and not is_reached:
        most = NAMESAKES
    return _weighed(evidence, asked, other, {"name"} if is_named else set(), most)


def _same_words(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether each word of the shorter name stands in the longer, perhaps cut short or with a slip of the finger."""
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and all(any(_same_word(word, there) for there in longer) for word in shorter)


def _same_word(one: str, other: str) -> bool:
    is_cut = one.startswith(other) or other.startswith(one)
    return is_cut or (min(len(one), len(other)) >= SHORTEST_SLIP and is_one_slip(one, other))


def _sounds_alike(one: str, other: str) -> bool:
    here, there = name_key(one), name_key(other)
    return here != there and " ".join(map(sound, here.split())) == " ".join(map(sound, there.split()))


def _by_sound(evidence: Evidence[Any], name: str, other: Any) -> None:
    """The same name in other letters."""
    if name and _sounds_alike(name, other.name if isinstance(other, Company) else other.full_name):
        evidence.add(other, matching.SAME_WORDS, str(_("same name in other letters")))


def _weighed(evidence: Evidence[Any], asked: Asked, other: Any, signs: set[str], most: float) -> Alike | None:
    found = evidence.best()
    if not found:
        return None
    signs |= {"email"} if asked.email_key and asked.email_key == other.email_key else set()
    signs |= {"phone"} if asked.phone_key and asked.phone_key == other.phone_key else set()
    if not signs:
        return None
    return Alike(round(min(found[0].score, most) * 100), found[0].reasons, frozenset(signs))


def near(part: str) -> Callable[[Principal, Any], list[RecordModel]]:
    """Finds what may be the same as a record, among the "companies", "contacts" or "leads" a person sees."""

    def find(principal: Principal, obj: Any) -> list[RecordModel]:
        return [match.record for match in getattr(matching.find(principal, known_of(obj)), part)]

    return find


def groups_of_companies() -> Iterator[Sequence[int]]:
    """Companies with an address, number, domain or name in common, and those with neighbouring names."""
    yield from _sharing(Company, "email_key", "phone_key", "domain_key")
    names = CompanyName.objects.filter(company__deleted_at=None)
    shared = names.values_list("key").annotate(n=Count("company", distinct=True)).filter(n__gt=1, n__lte=MOST_ALIKE)
    for (key,) in shared.values_list("key").iterator():
        yield list(names.filter(key=key).values_list("company_id", flat=True))
    yield from _neighbours(Company)


def groups_of_people(model: type[Person]) -> Iterator[Sequence[int]]:
    """Contacts or leads with an address, number or name in common, and those with neighbouring names."""
    yield from _sharing(model, "email_key", "phone_key", "title_sort")
    yield from _neighbours(model)


def _sharing(model: type[Any], *columns: str) -> Iterator[Sequence[int]]:
    rows = model.objects.order_by()
    for column in columns:
        shared = rows.exclude(**{column: ""}).values_list(column).annotate(n=Count("pk"))
        for (key,) in shared.filter(n__gt=1, n__lte=MOST_ALIKE).values_list(column).iterator():
            if column != "phone_key" or len(key) >= SHORTEST_PHONE:
                yield list(rows.filter(**{column: key}).values_list("pk", flat=True))


def _neighbours(model: type[Any]) -> Iterator[Sequence[int]]:
    """Pairs whose names, in order, stand close to each other and are almost the same."""
    before: deque[tuple[int, str]] = deque(maxlen=NEIGHBOURS)
    for pk, title in model.objects.order_by("title_sort", "pk").values_list("pk", "title_sort").iterator():
        for known, other in before:
            matcher = SequenceMatcher(None, title, other, autojunk=False)
            if matcher.quick_ratio() >= CLOSE and matcher.ratio() >= CLOSE:
                yield known, pk
        before.append((pk, title))
