from __future__ import annotations

import secrets

from django.db import models

from common.kinds.models import Ledger


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(32)


class SigningKey(Ledger):
    """The key behind the check characters of tickets: made once, kept in the database and its backups."""

    purpose = models.CharField(max_length=40, primary_key=True)
    key = models.BinaryField(default=new_key)
