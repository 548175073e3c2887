from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from common import clock
from common.people.errors import LinkNotValid
from common.people.models import SignInLink, User

LIFETIME = timedelta(hours=12)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_sign_in_link(user: User) -> str:
    """The secret part of a link that signs `user` in once, within twelve hours."""
    token = secrets.token_urlsafe(24)
    SignInLink.objects.create(user=user, token_hash=_hash(token), expires_at=clock.now() + LIFETIME)
    return token


def find_link(token: str) -> SignInLink | None:
    """The link behind a token while it is still good; changes nothing."""
    rows = SignInLink.objects.select_related("user").filter(token_hash=_hash(token), used_at=None)
    return rows.filter(expires_at__gt=clock.now(), user__is_active=True).first()


@transaction.atomic
def use_link(token: str) -> User:
    """Use a link up. Raises `LinkNotValid` when it was used, is too old or its person may not sign in."""
    link = find_link(token)
    if link is None or not SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=clock.now()):
        raise LinkNotValid
    return link.user
