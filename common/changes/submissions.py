"""Double submit: every form carries a random nonce that its accepted post stores in the same transaction."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from common.changes.models import Submission

NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class AlreadySubmitted(Exception):
    """This very form was accepted before; `url` is where its answer led."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def new_nonce() -> str:
    """A nonce for a form that is about to be shown."""
    return secrets.token_urlsafe(18)


def answered(nonce: str) -> str | None:
    """Where the answer to this form led, if it was accepted before: what it changed may be out of reach by now."""
    if not NONCE.fullmatch(nonce):
        return None
    return Submission.objects.filter(nonce=nonce).values_list("url", flat=True).first()


@contextmanager
def once(nonce: str) -> Iterator[Submission]:
    """Accept a form once: set `url` on the yielded row. Raises `AlreadySubmitted` for the second post."""
    with transaction.atomic():
        if not NONCE.fullmatch(nonce):
            yield Submission()
            return
        try:
            with transaction.atomic():
                row = Submission.objects.create(nonce=nonce)
        except IntegrityError:
            known = Submission.objects.filter(nonce=nonce).values_list("url", flat=True).first()
            raise AlreadySubmitted(known or "") from None
        yield row
        Submission.objects.filter(pk=nonce).update(url=row.url)
