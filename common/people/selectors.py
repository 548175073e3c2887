from __future__ import annotations

from django.db.models import Case, QuerySet, When

from common import clock
from common.people.models import Session, User

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


def active_people(*, first: tuple[int | None, ...] = ()) -> QuerySet[User]:
    """Who may sign in, by name; those of `first` before all others."""
    rows: QuerySet[User] = User.objects.filter(is_active=True)
    order = Case(*(When(pk=pk, then=place) for place, pk in enumerate(first) if pk), default=len(first))
    return rows.order_by(order, "last_name", "first_name", "username") if any(first) else rows


def sessions_of(user: User) -> list[Session]:
    """The sign-ins of a person that are still good, newest first."""
    return list(Session.objects.filter(user=user, expire_date__gt=clock.now()).order_by("-started_at"))


def session_name(session: Session) -> str:
    """What a session is called in addresses."""
    return str(session.pk)[:16]


def browser_of(session: Session) -> str:
    """`Firefox, Windows`, as far as the browser says."""
    found = (next((name for sign, name in signs if sign in session.agent), "") for signs in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)
