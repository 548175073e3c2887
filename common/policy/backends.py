"""Signing in, and reading the signed-in person in one query."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, Subquery

from common.kinds import dictionary
from common.kinds.models import Config
from common.people.models import User


class PrincipalBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's sign-in by user name or e-mail; `get_user` also brings department, roles and the version."""

    def get_user(self, user_id: Any) -> User | None:
        rows = list(
            User.objects.filter(pk=user_id, is_active=True)
            .select_related("department")
            .annotate(
                role_id=F("roles__pk"),
                config_version=Subquery(Config.objects.values("version")[:1]),
                has_second_factor=Exists(
                    Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
                ),
            )
        )
        if not rows:
            return None
        user: Any = rows[0]
        dictionary.use_version(user.config_version)
        user.role_ids = frozenset(row.role_id for row in rows if row.role_id)
        found: User = user
        return found
