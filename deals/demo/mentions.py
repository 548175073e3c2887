"""Notes of the last days that name somebody, so that there is something behind the bell."""

from __future__ import annotations

from common.demo.scene import Scene, Text
from common.events.models import Event
from common.notifications.models import Notification
from common.notifications.telling import tell_followers, tell_mentioned
from common.people.models import User
from common.records.services import add_note
from deals.models import Deal

NOTES: tuple[tuple[str, str, int, Text], ...] = (
    ("head", "manager1", 0, ("please call before they decide, they ask for a shorter delivery",
                             "позвоните, пожалуйста, до их решения: просят срок поставки короче")),
    ("head", "manager1", 2, ("may I see the calculation?", "можно посмотреть расчёт?")),
    ("manager1", "head", 1, ("they want three per cent more, your word please",
                             "просят ещё три процента скидки, нужно ваше решение")),
    ("head", "manager2", 1, ("take the service engineer along", "возьмите с собой сервисного инженера")),
    ("head", "manager1", 1, ("and @sales-dach: the price list changes on Monday, say so in open offers",
                             "и @продажи-dach: с понедельника новый прайс, предупредите по открытым предложениям")),
    ("executive", "manager3", 1, ("how sure is this one for the quarter?", "насколько надёжна эта сделка в квартале?")),
)  # fmt: skip
"""Who writes, whom they name, how many working days ago, what."""


def build(scene: Scene) -> None:
    """Plan the notes, each on an open deal of the salesperson."""
    for number, (writer, named, days, text) in enumerate(NOTES):
        seller = scene.people[named if named.startswith("manager") else writer]
        moment = scene.at(scene.workday(scene.ago(days)), 17, 10 * number)
        words, by = f"@{named}, {scene.say(text)}", scene.people[writer]
        scene.plan(moment, lambda words=words, by=by, seller=seller, number=number: _note(words, by, seller, number))


def _note(words: str, by: User, seller: User, number: int) -> None:
    """Write it on one of the largest deals, and tell who is named; no mail goes out."""
    mine = Deal.objects.for_user(by).open().filter(owner=seller).order_by("-amount", "pk")
    if not mine:
        return
    add_note(mine[number % min(len(mine), 3)], text=words, by=by)
    event = Event.objects.filter(kind="deal.noted").latest("pk")
    tell_mentioned(event)
    tell_followers(event)
    Notification.objects.update(mail_due_at=None)
