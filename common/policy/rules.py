"""Every route declares who may call it; one without a rule is answered 403 and fails the build."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from common.people.models import User
from common.policy.principal import principal_of


class PersonRequest(HttpRequest):
    """The request of a signed-in person, as views behind a rule get it."""

    user: User
    htmx: HtmxDetails


V = TypeVar("V", bound=Callable[..., Any])

# Pages of libraries, by URL namespace or name: they guard themselves.
THIRD_PARTY: dict[str, str] = {
    "account_login": "public", "account_logout": "public", "account_reset_password": "public",
    "account_reset_password_done": "public", "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public", "account_inactive": "public",
    "mfa_authenticate": "public", "mfa_index": "signed-in", "mfa_reauthenticate": "signed-in",
    "mfa_activate_totp": "signed-in", "mfa_deactivate_totp": "signed-in", "mfa_view_recovery_codes": "signed-in",
    "mfa_generate_recovery_codes": "signed-in", "mfa_download_recovery_codes": "signed-in",
    "account_change_password": "signed-in", "account_set_password": "signed-in", "account_reauthenticate": "signed-in",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """`public`, `signed-in`, or (`type`, `action`): at least some rows of the type. Rows are checked by the view.

    `others`: actions each of which admits as well. `tells`: the types it tells of, which one must see besides.
    """

    kind: str
    type: str = ""
    action: str = ""
    others: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()

    @property
    def types(self) -> frozenset[str]:
        """The types it is about."""
        return frozenset({self.type, *self.tells})

    def admits(self, request: HttpRequest) -> bool:
        """Whether this person may call the route at all."""
        if self.kind == "public":
            return True
        if not request.user.is_authenticated:
            return False
        if self.kind == "signed-in":
            return True
        principal = principal_of(request.user)
        may = any(principal.may(self.type, action) for action in (self.action, *self.others))
        return may and all(principal.may(told, "view") for told in self.tells)


def declare(view: V, rule: Rule) -> V:
    """Attach a rule to a view."""
    view.rule = rule  # type: ignore[attr-defined]  # views are functions; the rule travels with them
    return view


def public(view: V) -> V:
    """Anybody may call it."""
    return declare(view, Rule("public"))


def public_part_of(type_key: str) -> Callable[[V], V]:
    """Anybody may call it while the part of the product that `type_key` belongs to is in use."""
    return lambda view: declare(view, Rule("public", type_key))


def signed_in(view: V) -> V:
    """Every signed-in person may call it; what they see there is limited by its queries."""
    return declare(view, Rule("signed-in"))


def needs(type_key: str, action: str, *others: str, tells: tuple[str, ...] = ()) -> Callable[[V], V]:
    """Only people whose roles have `action`, or one of `others`, on `type_key` (and see `tells`) may call it."""
    return lambda view: declare(view, Rule("permission", type_key, action, others, tells))


def rule_of(view: Callable[..., Any], url_name: str = "") -> Rule | None:
    """The declared rule of a view, looking through decorators and class-based views."""
    found: Rule | None = getattr(view, "rule", None) or getattr(getattr(view, "view_class", None), "rule", None)
    if found is None and url_name in THIRD_PARTY:
        return Rule(THIRD_PARTY[url_name])
    return found


def admits(view: Callable[..., Any], request: HttpRequest) -> bool:
    """Whether this person may call the view at all."""
    rule = rule_of(view)
    return rule is not None and rule.admits(request)
