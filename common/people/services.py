from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from common import clock
from common.people.errors import LinkNotValid
from common.people.models import Session, SignInLink, User
from common.people.selectors import session_name

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


def password_link(user: User) -> str:
    """The address at which a person sets their password, as *Forgot password* sends it; good for three days."""
    key = default_token_generator.make_token(user)
    arguments = {"uidb36": user_pk_to_url_str(user), "key": key}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=arguments)}"


def end_sessions(user: User, name: str = "") -> int:
    """Sign a person out everywhere, or end the one session of this name; how many were ended."""
    rows = Session.objects.filter(user=user)
    if name:
        rows = rows.filter(pk__in=[row.pk for row in rows if session_name(row) == name])
    return rows.delete()[0]


def discard_links(user: User) -> None:
    """No unused sign-in link of the person is good any more."""
    SignInLink.objects.filter(user=user, used_at=None).delete()
