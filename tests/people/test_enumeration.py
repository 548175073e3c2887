"""Nobody learns from answers or from how long they take who has an account (OWASP: account enumeration)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.delivery.models import Delivery
from common.jobs import services as jobs
from tests.factories import common
from tests.people.driving import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("outbox")]
RESET, SIGN_IN = "/accounts/password/reset/", "/accounts/login/"
PEOPLE = ("known", "absent", "passwordless", "inactive")


class Hasher(PBKDF2PasswordHasher):
    """Counts; quick enough to be asked often, slow enough to be seen."""

    algorithm = "pbkdf2_counted"
    iterations = 50_000
    hashed = 0

    def encode(self, *arguments: Any, **named: Any) -> str:
        type(self).hashed += 1
        return super().encode(*arguments, **named)


@pytest.fixture(autouse=True)
def _people(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Hasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    cache.clear()
    common.own_company()
    for name in PEOPLE:
        person = common.user("manager", username=name, email=f"{name}@nordhafen.example", is_active=name != "inactive")
        person.set_password(None if name == "passwordless" else PASSWORD)
        person.save()


def sign_in(login: str) -> Any:
    return Client().post(SIGN_IN, {"login": login, "password": "Not-the-password-1"})


def ask_for_a_link(name: str) -> Any:
    return Client().post(RESET, {"email": f"{name}@nordhafen.example"})


ASKED: dict[str, Callable[[str], Any]] = {
    "by name": sign_in,
    "by address": lambda name: sign_in(f"{name}@nordhafen.example"),
    "forgot password": ask_for_a_link,
}


def shown(answer: Any, name: str) -> tuple[Any, ...]:
    """What a stranger sees of an answer, but for what they typed and the form's tokens."""
    text = re.sub(r"\b[A-Za-z0-9]{64}\b", "", answer.content.decode())
    return answer.status_code, answer.headers.get("Location"), text.replace(name, "…")


@pytest.mark.parametrize("how", list(ASKED))
@pytest.mark.parametrize("name", PEOPLE)
def test_the_answer_is_the_same_and_costs_as_many_hashes_and_queries(how: str, name: str) -> None:
    seen = []
    for who in ("nobody", name):
        Hasher.hashed = 0
        with CaptureQueriesContext(connection) as asked:
            answer = ASKED[how](who)
        seen.append((shown(answer, who), Hasher.hashed, len(asked)))
    (nobody, hashes, queries), (somebody, other_hashes, other_queries) = seen
    assert somebody == nobody
    assert hashes == other_hashes == (0 if how == "forgot password" else 1)
    assert abs(queries - other_queries) <= 2


def test_only_who_may_sign_in_gets_the_link() -> None:
    for name in (*PEOPLE, "nobody"):
        ask_for_a_link(name)
    assert not Delivery.objects.exists()
    jobs.run_due()
    got = sorted(Delivery.objects.values_list("recipient", flat=True))
    assert got == [f"{name}@nordhafen.example" for name in ("absent", "known", "passwordless")]


def same(first: list[float], second: list[float]) -> float:
    """The p-value of the Mann-Whitney U test, by its normal approximation: small where the two differ."""
    ranks = {value: rank for rank, value in enumerate(sorted([*first, *second]), start=1)}
    n, m = len(first), len(second)
    u = sum(ranks[value] for value in first) - n * (n + 1) / 2
    z = (u - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * (1 - NormalDist().cdf(abs(z)))


def test_the_judge_tells_a_difference_from_none() -> None:
    even, odd = [float(n) for n in range(0, 200, 2)], [float(n) for n in range(1, 200, 2)]
    assert same(even, odd) > 0.5
    assert same(even, [value + 40 for value in odd]) < 0.01


@pytest.mark.long
@pytest.mark.parametrize("how", list(ASKED))
def test_how_long_it_takes_tells_nothing(how: str) -> None:
    """400 pairs, in turn; a chance of one in a hundred must happen twice to fail."""
    assert any(same(*pairs_of(ASKED[how])) > 0.01 for _try in range(2))


def pairs_of(ask: Callable[[str], Any]) -> tuple[list[float], list[float]]:
    """How long each of 400 turns took for a person and for nobody."""
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(400):
        for place in (0, 1) if turn % 2 else (1, 0):
            begun = time.perf_counter()
            ask(("known", "nobody")[place])
            took[place].append(time.perf_counter() - begun)
    return took
