"""The chrome of every page: who, where to, and how many things wait (ARCHITECTURE.md §5, "Chrome budget")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.help import chapters
from common.home import badges, installing
from common.jobs import quarantine
from common.kinds import formats
from common.organisation.selectors import allows_keeping, own_company
from common.people.models import User
from common.policy.principal import Principal, principal_of
from common.records import registry
from common.records.declaring import Words
from common.views import selectors as views


@dataclass(frozen=True)
class Page:
    """A page of the side bar that is no record type."""

    key: str
    label: Words
    icon: str
    route: str
    block: str
    order: int
    allowed: Callable[[Principal], bool] = lambda principal: True
    go_key: str = ""


_pages: list[Page] = [Page("home", _("Today"), "sun", "home", "own", 0, go_key="t")]
BLOCKS = ("own", "sales", "fulfilment", "office")
PINS = "pins"
"""Counted with the badges: only who has pinned views is asked which."""
NEW_KEYS = ("requests_app.request", "deals.deal", "crm.company", "crm.contact", "crm.lead")


badges.source(PINS, lambda principal: (views.pin_rows(principal), views.pin_rows(principal).none()))


def page(entry: Page) -> None:
    """Put a page into the side bar."""
    _pages.append(entry)


def pages() -> list[Page]:
    """The pages of the side bar that are no record types."""
    return list(_pages)


def chrome(request: HttpRequest) -> dict[str, Any]:
    """The context `chrome` of base.html."""
    company = own_company()
    base: dict[str, Any] = {
        "company": str(company) if company else installing.PRODUCT, "language": formats.language(),
        "bars": installing.bar_colours(),
    }  # fmt: skip
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"chrome": {**base, "theme": "system"}}
    return {"chrome": {**base, **_Lazy(request, user).build()}}


class _Lazy:
    """Builds the chrome of a signed-in person."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user
        self.principal = principal_of(user)

    def build(self) -> dict[str, Any]:
        user = self.user
        may_set_up = self.principal.may("setup", "change") or self.principal.may("setup", "people")
        counts = badges.counts(self.principal)
        nav = [self.block(name, counts) for name in BLOCKS]
        sidebar = {None: "", True: "narrow", False: "wide"}[user.narrow_sidebar]
        bottom = [
            item for block in nav for item in block if item["key"] in ("home", "deals.deal", "requests_app.request")
        ]
        return {
            "person": {"pk": user.pk, "name": user.full_name, "initials": user.initials, "tint": user.tint},
            "nav": [block for block in nav if block], "pinned": self.pinned() if PINS in counts else [],
            "help_url": chapters.url_of(self.request.resolver_match),
            "theme": user.theme, "sidebar": sidebar, "single_keys": user.single_keys,
            "sidebar_url": reverse("sidebar"), "profile_url": reverse("profile"),
            "recent_url": reverse("recent"), "search_url": reverse("search:page"),
            "bell_url": reverse("notifications:page"), "bell_count": counts["bell"].text if "bell" in counts else "",
            "signout_url": reverse("account_logout"), "create": self.create(), "bottom": bottom[:3],
            "settings_url": reverse("setup:home") if may_set_up else None,
            "jobs_url": reverse("jobs:list"), "quarantine": quarantine.is_shown(),
            "release_url": reverse("upkeep:release") if self.principal.is_administrator else None,
            "allows_keeping": allows_keeping(), "settings_current": self.request.path.startswith("/settings/"),
        }  # fmt: skip

    def block(self, name: str, counts: dict[str, badges.Count]) -> list[dict[str, Any]]:
        """One block of the side bar."""
        entries = [
            (p.order, p.key, p.label, p.icon, reverse(p.route), p.go_key)
            for p in _pages
            if p.block == name and p.allowed(self.principal)
        ]
        entries += [
            (kind.nav_order, kind.key, kind.label_plural, kind.icon, kind.url("list"), kind.go_key)
            for kind in registry.all_types()
            if kind.nav_block == name and self.principal.may(kind.key, "view")
        ]
        found = []
        for _order, key, label, icon, url, go_key in sorted(entries, key=lambda entry: entry[0]):
            count = counts.get(key)
            current = self.request.path == url if url == "/" else self.request.path.startswith(url)
            found.append({
                "key": key, "label": label, "icon": icon, "url": url, "current": current,
                "count": count.text if count else None, "late": bool(count and count.late), "go_key": go_key,
            })  # fmt: skip
        return found

    def pinned(self) -> list[dict[str, Any]]:
        """The views the person put into the side bar."""
        return [
            {"label": pin.label, "url": f"{registry.get(pin.type).url(pin.layout)}?view={pin.key}"}
            for pin in views.pins(self.user)
        ]

    def create(self) -> list[dict[str, Any]]:
        """What can be made from anywhere."""
        kinds = [registry.find(key) for key in NEW_KEYS]
        return [
            {
                "label": kind.new_label,
                "url": kind.url("new"),
                "icon": kind.icon,
                "quick": kind.url("quick") if kind.quick else "",
            }
            for kind in kinds
            if kind is not None and kind.sections and self.principal.may(kind.key, "create")
        ]
