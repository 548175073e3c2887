"""The customers of the demonstration: draws companies and people of many countries from the tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from common.demo.scene import Scene
from common.people.models import User
from common.places.models import City, Country
from crm.demo.countries import CYRILLIC, DESCRIPTIONS, LANDS, LATIN, POSTS, SLAVIC, Land
from crm.models import Company, Contact

TURNS = {
    "dach": ("manager1", "manager2", "manager1", "head", "manager2", "manager1", "manager2", "manager1", "manager2"),
    "international": ("manager3",),
}
"""Whose the next company of a department is."""


@dataclass(frozen=True)
class Firm:
    """A company before it is a record."""

    name: str
    domain: str
    land: Land
    city: City
    country: Country
    owner: User


@dataclass(frozen=True)
class Somebody:
    """A person before they are a record."""

    first_name: str
    last_name: str
    job_title: str
    email: str
    phone: str


@dataclass
class Market:
    """Who there is to sell to: records, and strangers who will ask for the first time."""

    companies: dict[int, list[Company]] = field(default_factory=dict)
    contacts: dict[int, list[Contact]] = field(default_factory=dict)
    strangers: list[tuple[Firm, Somebody]] = field(default_factory=list)

    def pick(self, owner: User, lots: Random) -> tuple[Company, Contact]:
        """A company of this person, the first ones more often than the rest, and who speaks for it."""
        known = self.companies[owner.pk]
        company = known[int(len(known) * lots.random() ** 1.8)]
        return company, lots.choice(self.contacts[company.pk])


class Draw:
    """Draws firms and people, each name once."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.lots = scene.lots("market")
        self._countries = {row.code: row for row in Country.objects.all()}
        self._cities = self._make_cities()
        self._names = {land.code: self._firm_names(land) for land in LANDS}
        self._turns = {key: cycle(names) for key, names in TURNS.items()}
        self._domains: set[str] = set()
        self._emails: set[str] = set()

    def _make_cities(self) -> dict[str, list[City]]:
        made = {}
        for land in LANDS:
            country = self._countries[land.code]
            made[land.code] = [
                City.objects.create(country=country, name=name, names={"ru": russian}) for name, russian in land.cities
            ]
        return made

    def _firm_names(self, land: Land) -> Iterator[str]:
        pairs = [(stem, trade) for stem in land.stems.split(",") for trade in land.trades.split(",")]
        self.lots.shuffle(pairs)
        legals = land.legals.split(",")
        for stem, trade in pairs:
            legal = self.lots.choice(legals)
            joined = f"{stem} {trade}" if land.code not in ("KZ", "BY") else f"{stem}{trade}"
            yield f"{legal} «{joined}»" if land.code in SLAVIC else f"{joined} {legal}"

    def _name(self) -> tuple[Land, str]:
        """A country by its share, and a name that is left there."""
        index = 1 if self.scene.language == "ru" else 0
        while True:
            land = self.lots.choices(LANDS, [land.shares[index] for land in LANDS])[0]
            name = next(self._names[land.code], None)
            if name is not None:
                return land, name

    def firm(self) -> Firm:
        """A company nobody else has the name of."""
        land, name = self._name()
        words = [word for word in name.replace("«", "").replace("»", "").split() if word not in land.legals]
        domain = _unused("-".join(filter(None, map(_latin, words))) or "firma", self._domains)
        owner = self.scene.people[next(self._turns[land.department])]
        city = self.lots.choice(self._cities[land.code])
        return Firm(name, f"{domain}.example", land, city, self._countries[land.code], owner)

    def person(self, firm: Firm, post: int | None = None) -> Somebody:
        """Somebody who works there."""
        female = self.lots.random() < 0.45
        first = self.lots.choice((firm.land.women if female else firm.land.men).split(","))
        last = self.lots.choice(firm.land.families.split(","))
        if female and firm.land.code in SLAVIC:
            last = _female(last)
        words = [_latin(first)[:1], _latin(last)]
        email = f"{'.'.join(words)}@{firm.domain}"
        if email in self._emails:
            email = f"{_unused(f'{_latin(first)}.{_latin(last)}', self._emails, firm.domain)}@{firm.domain}"
        self._emails.add(email)
        title = self.scene.say(POSTS[self.lots.randrange(len(POSTS)) if post is None else post])
        return Somebody(first, last, title, email, self.phone(firm.land))

    def phone(self, land: Land) -> str:
        """A number with 555, which nobody has."""
        return land.phone.format(area=self.lots.randint(210, 899), line=f"{self.lots.randint(100, 9999):04d}")

    def describe(self) -> str:
        """A sentence about one company in four."""
        return self.scene.say(self.lots.choice(DESCRIPTIONS)) if self.lots.random() < 0.25 else ""


def _female(family: str) -> str:
    if family.endswith("ий"):
        return f"{family[:-2]}ая"
    return f"{family}а" if family.endswith(("ов", "ев", "ёв", "ин")) else family


def _latin(word: str) -> str:
    """A word as it stands in addresses."""
    mapped = "".join(LATIN.get(c, CYRILLIC.get(c, c)) for c in word.casefold())
    plain = unicodedata.normalize("NFKD", mapped)
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def _unused(word: str, known: set[str], domain: str = "") -> str:
    """The word, made different with a letter where it is taken."""
    candidate, tail = word, iter("bcdefghijklmnopqrstuvwxyz")
    while (f"{candidate}@{domain}" if domain else candidate) in known:
        candidate = f"{word}-{next(tail)}"
    known.add(f"{candidate}@{domain}" if domain else candidate)
    return candidate


def address(firm: Firm) -> dict[str, Any]:
    """Web site, mail, telephone and place of a company."""
    return {
        "website": f"https://www.{firm.domain}/", "email": f"info@{firm.domain}", "city": firm.city,
        "country": firm.country,
    }  # fmt: skip
