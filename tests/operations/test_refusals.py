"""A production server starts when it is safe, and says how to mend it when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.operations.production import GOOD, run

KEY = GOOD["SECRET_KEY"]
LOAD = "from django.conf import settings; print(settings.SESSION_COOKIE_NAME)"

REFUSED: dict[str, tuple[dict[str, str | None], str]] = {
    "no key": ({"SECRET_KEY": None}, "token_urlsafe"),
    "a short key": ({"SECRET_KEY": KEY[:49]}, "at least 50 random characters"),
    "a monotonous key": ({"SECRET_KEY": "abcabcabc" * 8}, "at least 50 random characters"),
    "the key of a template": ({"SECRET_KEY": f"django-insecure-{KEY}"}, "stand in no example"),
    "the key of the tests": (
        {"SECRET_KEY": "a-key-for-tests-only-that-guards-nothing-at-all-0123456789"}, "stand in no example",
    ),
    "debug": ({"KONTOR_DEBUG": "1"}, "KONTOR_DEBUG is on"),
    "any host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name"),
    "any host beside a good one": ({"ALLOWED_HOSTS": "crm.nordhafen.eu,*"}, "ALLOWED_HOSTS must name"),
    "a moved clock": ({"KONTOR_CLOCK_OFFSET": "60"}, "KONTOR_CLOCK_OFFSET"),
    "no address": ({"KONTOR_SITE_URL": None}, "KONTOR_SITE_URL must be the address"),
    "an address without TLS": ({"KONTOR_SITE_URL": "http://crm.nordhafen.eu"}, "must be https://"),
    "an address with a path": ({"KONTOR_SITE_URL": "https://crm.nordhafen.eu/crm"}, "nothing more"),
    "an address that is not served": ({"ALLOWED_HOSTS": "other.eu"}, "must also name crm.nordhafen.eu"),
    "a known password": ({"DATABASE_URL": "postgres://kontor:Kontor@db/kontor"}, "everybody tries first"),
    "the role's name as password": ({"DATABASE_URL": "postgres://nord:nord@db/kontor"}, "everybody tries first"),
    "no password": ({"DATABASE_URL": "postgres://kontor@db/kontor"}, "has no password"),
}  # fmt: skip

STARTS: dict[str, dict[str, str | None]] = {
    "all set": {},
    "a key of exactly 50 characters": {"SECRET_KEY": KEY[:50]},
    "hosts below a domain": {"ALLOWED_HOSTS": ".nordhafen.eu"},
    "PostgreSQL by its socket": {"DATABASE_URL": "postgres://kontor@/kontor?host=/run/postgresql"},
    "SQLite": {"DATABASE_URL": None},
    "anything unsafe, but not in production": {
        "KONTOR_ENV": None, "SECRET_KEY": "short", "ALLOWED_HOSTS": "*", "KONTOR_SITE_URL": None,
        "KONTOR_CLOCK_OFFSET": "60", "KONTOR_DEBUG": "1", "DATABASE_URL": "postgres://a:a@db/kontor",
    },
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_production_refuses_to_start_with(name: str, tmp_path: Path) -> None:
    changes, words = REFUSED[name]
    done = run("-c", LOAD, data=str(tmp_path), **changes)
    assert done.returncode != 0
    assert words in done.stderr
    assert done.stderr.count("\n", done.stderr.rindex("does not start in production")) == 2, "only what is wrong"


@pytest.mark.parametrize("name", STARTS)
def test_it_starts_with(name: str, tmp_path: Path) -> None:
    done = run("-c", LOAD, data=str(tmp_path), **STARTS[name])
    assert done.returncode == 0, done.stderr
    wanted = "sessionid" if "not in production" in name else "__Host-session"
    assert done.stdout.strip() == wanted


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    done = run("-c", LOAD, data=str(tmp_path), SECRET_KEY="x", KONTOR_DEBUG="1", ALLOWED_HOSTS="*")
    assert [word in done.stderr for word in ("SECRET_KEY", "KONTOR_DEBUG", "ALLOWED_HOSTS")] == [True] * 3


def test_no_refusal_tells_a_secret(tmp_path: Path) -> None:
    done = run("-c", LOAD, data=str(tmp_path), SECRET_KEY="hunter2-canary", DATABASE_URL="postgres://c4nary:c4nary@d/k")
    assert done.returncode != 0
    assert "canary" not in done.stderr.replace(LOAD, "")
    assert "c4nary" not in done.stderr


def test_django_finds_nothing_to_say_about_the_deployment(tmp_path: Path) -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", data=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
