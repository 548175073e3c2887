from __future__ import annotations

from django.db import models

from common import clock
from common.kinds.models import Ledger


class Submission(Ledger):
    """A form that was accepted: its nonce, and where the answer leads. A second post of it changes nothing."""

    nonce = models.CharField(max_length=64, primary_key=True)
    url = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=clock.now)
