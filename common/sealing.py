"""Secrets at rest: encrypted with a key made of `SECRET_KEY`, which no table and no backup holds."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class NotOurs(ValueError):
    """The text was sealed with another `SECRET_KEY`."""


def seal(text: str, purpose: str) -> str:
    """Encrypt a text (Fernet: AES-128-CBC and HMAC-SHA-256); only the same purpose opens it."""
    return _cipher(purpose).encrypt(text.encode()).decode()


def unseal(text: str, purpose: str) -> str:
    """The text that was sealed. Raises `NotOurs`."""
    try:
        return _cipher(purpose).decrypt(text.encode()).decode()
    except InvalidToken as problem:
        raise NotOurs(purpose) from problem


def _cipher(purpose: str) -> Fernet:
    digest = hashlib.sha256(f"{purpose}:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))
