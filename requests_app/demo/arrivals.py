"""How requests of the demonstration come in: through the public forms, by telephone and mail."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from catalogue.demo import Range
from common.demo.scene import Scene, Text
from common.people.models import User
from crm.demo.market import Market, Somebody
from crm.models import Company, Contact, Source
from deals.demo.topics import TOPICS, Topic
from requests_app import services
from requests_app.demo import letters
from requests_app.models import Request, SiteForm

FORMS = {"dach": "website", "international": "international"}
BY_HAND = ("Phone", "E-mail", "Trade fair", "Recommendation")


@dataclass(frozen=True)
class Sender:
    """Who asks, and what they are on file, if they are."""

    values: dict[str, Any]
    company: Company | None = None
    contact: Contact | None = None


def known_sender(company: Company, contact: Contact) -> Sender:
    """Somebody on file."""
    values = {
        "first_name": contact.first_name, "last_name": contact.last_name, "email": contact.email,
        "phone": contact.phone, "company_name": company.name, "country": company.country,
        "city_name": str(company.city or ""),
    }  # fmt: skip
    return Sender(values, company, contact)


def colleague(sender: Sender, other: Contact) -> Sender:
    """Somebody of the same company whom nobody has on file, named like people there are."""
    assert sender.company is not None  # noqa: S101  # asked only for known senders
    domain = sender.company.email.rpartition("@")[2]
    values = {
        **sender.values, "first_name": other.first_name, "last_name": other.last_name, "phone": "",
        "email": f"purchasing@{domain}",
    }  # fmt: skip
    return Sender(values)


def stranger(firm: Any, somebody: Somebody) -> Sender:
    """Somebody who asks for the first time."""
    values = {
        "first_name": somebody.first_name, "last_name": somebody.last_name, "email": somebody.email,
        "phone": somebody.phone, "company_name": firm.name, "country": firm.country, "city_name": str(firm.city),
    }  # fmt: skip
    return Sender(values)


def letter(scene: Scene, topic: Topic, lots: Random) -> str:
    """Two to six sentences about a need."""
    need = scene.say(topic.need)
    opening = scene.say(lots.choice(letters.OPENINGS)).format(need=need, Need=need[:1].upper() + need[1:])
    details = lots.sample(letters.DETAILS, lots.randint(1, 2))
    if topic.is_process:
        details = [lots.choice(letters.MEDIA), lots.choice(letters.PROCESS), *details][lots.randint(0, 2) :]
    return " ".join([opening, *map(scene.say, details), scene.say(lots.choice(letters.CLOSINGS))])


def arrive(scene: Scene, home: str, topic: Topic, sender: Sender, lots: Random, *, by_hand: User | None) -> Request:
    """A request about a topic comes in now: typed by a colleague, or posted by the sender."""
    values = {"name": scene.say(topic.name), "text": letter(scene, topic, lots), **sender.values}
    if lots.random() < 0.35:
        codes = scene.get(Range).by_code
        values["products"] = [codes[code] for code, _quantity in topic.products[: lots.randint(1, 2)]]
    if by_hand is not None:
        values["source"] = Source.objects.get(name=lots.choice(BY_HAND))
        return services.create_request(values, by=by_hand)
    return post(scene, home, values, lots)


def post(scene: Scene, home: str, values: dict[str, Any], lots: Random) -> Request:
    """Somebody fills in the public form of a department."""
    form = SiteForm.objects.select_related("source__department").get(slug=FORMS[home])
    visitor = f"198.51.100.{lots.randint(1, 254)}/{lots.random()}"
    campaign = lots.choice(letters.CAMPAIGNS)
    found = services.receive_site_request(form, values, utm=campaign, visitor=visitor, nonce="")
    assert found is not None  # noqa: S101  # no machine filled it in
    return found


def set_aside_letter(scene: Scene, reason: str, lots: Random) -> dict[str, Any]:
    """Subject, text and sender of a request that will be set aside."""
    tables: dict[str, tuple[tuple[Text, Text], ...]] = {
        Request.Disqualification.SPAM: letters.SPAM,
        Request.Disqualification.NOT_TARGET: letters.NOT_TARGET,
        Request.Disqualification.OTHER: letters.OTHER,
    }
    if reason in tables:
        subject, text = lots.choice(tables[reason])
        return {"name": scene.say(subject), "text": scene.say(text)}
    topic = lots.choice(TOPICS)
    return {"name": scene.say(topic.name), "text": letter(scene, topic, lots)}


def draw_known(scene: Scene, owner: User, lots: Random) -> Sender:
    """A customer of this person."""
    return known_sender(*scene.get(Market).pick(owner, lots))
