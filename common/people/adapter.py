from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

from common.organisation.selectors import own_company
from common.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Administrators make accounts; nobody signs up by themselves. Mails name the configured site only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As ever, but links and the site's name never come from the request: its `Host` is the visitor's to choose."""
        host = urlsplit(settings.SITE_URL).netloc
        own = {name: _on_own_site(value) for name, value in context.items() if name.endswith("url")}
        site = SimpleNamespace(name=host, domain=host)
        self.render_mail(template_prefix, email, {**context, **own, "email": email, "current_site": site}).send()


def _on_own_site(url: str) -> str:
    parts = urlsplit(url)
    return f"{settings.SITE_URL}{parts.path}"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Keys of the second factor are stored encrypted; whoever has the database alone cannot make codes."""

    def get_totp_issuer(self) -> str:
        """The name the app shows: the company's."""
        return str(own_company() or "Kontor CRM")

    def encrypt(self, text: str) -> str:
        return seal(text, "second factor")

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, "second factor")
