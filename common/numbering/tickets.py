"""Tickets: `[ticket:XXXXXXXXXXXXXXXX]`, 13 random Crockford base32 characters and 3 keyed check characters.

Upper case, no `-` or `_` (mail breaks lines there), checked before any database query.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from common.kinds import dictionary
from common.numbering.models import SigningKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM, CHECK = 13, 3
LENGTH = RANDOM + CHECK
TAG = re.compile(r"\[\s*ticket\s*:\s*([0-9A-Za-z\s=]{16,40})\]", re.IGNORECASE)
BARE = re.compile(r"^(?:ticket[:\s]\s*)?([0-9A-Za-z]{16})$", re.IGNORECASE)


def _key() -> bytes:
    def load() -> bytes:
        row, _created = SigningKey.objects.get_or_create(purpose="tickets")
        return bytes(row.key)

    return dictionary.lookup("numbering.ticket_key", load)


def _base32(digest: bytes, length: int) -> str:
    number = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[(number >> (5 * i)) & 31] for i in range(length))


def _check(random_part: str) -> str:
    return _base32(hmac.new(_key(), random_part.encode(), hashlib.sha256).digest(), CHECK)


def new_ticket() -> str:
    """A fresh ticket, 16 characters."""
    random_part = "".join(secrets.choice(ALPHABET) for _i in range(RANDOM))
    return random_part + _check(random_part)


def is_ticket(text: str) -> bool:
    """Whether the 16 characters are one of ours; no database query."""
    word = text.upper()
    if len(word) != LENGTH or any(c not in ALPHABET for c in word):
        return False
    return hmac.compare_digest(_check(word[:RANDOM]), word[RANDOM:])


def tag(ticket: str) -> str:
    """How a ticket stands in a subject or text."""
    return f"[ticket:{ticket}]"


def find(text: str) -> str | None:
    """The first valid ticket in a text: as a tag, or the text is nothing but one."""
    bare = BARE.match(text.strip())
    candidates = [bare.group(1)] if bare else TAG.findall(text)
    for candidate in candidates:
        word = re.sub(r"[\s=]", "", candidate).upper()
        if is_ticket(word):
            return word
    return None
