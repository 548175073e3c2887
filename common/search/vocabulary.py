"""Keeps the words that mistyped ones are compared with: read now and then from what was touched, never by the door."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from common.records import registry
from common.spine.models import Record, SearchText, SearchWord

WORD = re.compile(r"[^\W\d_]+")
SHORTEST = 4
CHUNK = 500
OVERLAP = timedelta(minutes=2)
"""No transaction of the door is open for longer: what it touched before the last reading is read by the next."""


def words_of(text: str) -> set[str]:
    """The words of a search text that can be mistyped: letters only."""
    return {word for word in WORD.findall(text) if SHORTEST <= len(word) <= SearchWord.LONGEST}


def learn(since: datetime | None) -> None:
    """Take in the words of records touched since the last reading; of all records the first time."""
    for texts in _touched(since - OVERLAP if since else None):
        words = sorted({word for text in texts for word in words_of(text)})
        rows = [SearchWord(word=word, back=word[::-1]) for word in words]
        SearchWord.objects.bulk_create(rows, ignore_conflicts=True, batch_size=CHUNK)


def _touched(since: datetime | None) -> Iterator[list[str]]:
    for kind in registry.all_types():
        rows = Record.objects.filter(type=kind.key)
        if since is not None:
            rows = rows.filter(touched_at__gte=since)
        keys = list(rows.values_list("pk", flat=True))
        for start in range(0, len(keys), CHUNK):
            chunk = keys[start : start + CHUNK]
            yield list(SearchText.objects.filter(pk__in=chunk).values_list("text", flat=True))


def tidy(_since: datetime | None) -> None:
    """Drop the words that stand in no record any more."""
    known: set[str] = set()
    for text in SearchText.objects.values_list("text", flat=True).iterator(chunk_size=2000):
        known |= words_of(text)
    unused = [word for word in SearchWord.objects.values_list("word", flat=True) if word not in known]
    for start in range(0, len(unused), CHUNK):
        SearchWord.objects.filter(word__in=unused[start : start + CHUNK]).delete()


def forget(record_id: int) -> None:
    """A record is deleted for good: words that stand in no other one go with it."""
    text = SearchText.objects.filter(pk=record_id).values_list("text", flat=True).first() or ""
    others = SearchText.objects.exclude(pk=record_id)
    gone = [word for word in words_of(text) if not others.filter(text__contains=word).exists()]
    SearchWord.objects.filter(word__in=gone).delete()
