"""How long the palette takes for rare and frequent words, for who sees little, a department, everything."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from django.db import connection
from django.test import Client

from bench.asking import signed_in
from bench.report import PEOPLE
from common.spine import fulltext
from common.spine.models import SearchText

BUDGET = 150
ROUNDS = 15
TYPED = (
    "gmbh", "pump", "hydro", "schmidt", "nordwerk hamburg", "nordwerk 1042", "+49 40 5550-214", "D-1042", "#1042",
    "no", "compresor", "згьз", "hydrowerk kiel xyz", "xqzxqzxq", "@anna", ">go",
)  # fmt: skip


@dataclass
class Asked:
    """What was typed by whom, and what it took."""

    typed: str
    who: str
    millis: list[float]
    queries: int

    @property
    def median(self) -> float:
        """Milliseconds."""
        return statistics.median(self.millis)


def measure() -> list[Asked]:
    """Ask for everything in turn."""
    clients = {who: signed_in(who) for who in PEOPLE}
    asked = [Asked(typed, who, [], 0) for typed in TYPED for who in PEOPLE]
    for round_number in range(-1, ROUNDS):
        for one in asked:
            started = time.perf_counter()
            _ask(clients[one.who], one.typed)
            if round_number >= 0:
                one.millis.append((time.perf_counter() - started) * 1000)
    for one in asked:
        one.queries = _count(clients[one.who], one.typed)
    return asked


def _ask(client: Client, typed: str) -> None:
    answer = client.get("/search/palette/", {"q": typed}, headers={"HX-Request": "true"})
    if answer.status_code != 200:
        raise RuntimeError(f"“{typed}” was answered {answer.status_code}")


def _count(client: Client, typed: str) -> int:
    seen: list[str] = []

    def keep(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's signature
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        _ask(client, typed)
    return len(seen)


def table() -> tuple[str, int]:
    """The figures as a table, and how many medians are over the budget."""
    asked = measure()
    head = ["typed", "rows that hold it", *(f"{who}, ms" for who in PEOPLE), "queries"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for typed in TYPED:
        mine = [one for one in asked if one.typed == typed]
        cells = [typed, _rows(typed), *(f"{one.median:.0f}" for one in mine), _span(mine)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines), sum(one.median > BUDGET for one in asked)


def _rows(typed: str) -> str:
    words = [[word] for word in typed.split() if word.isalpha() and len(word) >= fulltext.SHORTEST]
    if not words or len(words) < len(typed.split()):
        return "–"
    return f"{SearchText.objects.filter(fulltext.holds(words)).count():,}"


def _span(asked: list[Asked]) -> str:
    counts = sorted({one.queries for one in asked})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
