"""What may be wrong with an installation: one small function each, None when all is well.

A check that needs tables is not asked while the database is away or lacks migrations: a broken part shows itself and
nothing else.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import ManyToOneRel

from common import clock
from common.delivery import outbound
from common.files.models import Blob
from common.jobs import quarantine
from common.jobs import services as jobs
from common.jobs.models import Heartbeat
from common.money.models import Currency, Rate
from common.money.rates import currencies
from common.organisation.selectors import company_today
from common.upkeep import backups

MEGABYTE = 1024 * 1024
LEAST_ROOM, LITTLE_ROOM = 200 * MEGABYTE, 2048 * MEGABYTE
SAMPLE = 200
SILENCE, OVERDUE, OLDEST_BACKUP = timedelta(minutes=2), timedelta(minutes=10), timedelta(days=2)
WRONG_CLOCK_SECONDS = 5
SHORTEST_KEY = 50


@dataclass(frozen=True)
class Trouble:
    """What is wrong and how to mend it; `only_advice` when the product works all the same."""

    text: str
    mend: str
    only_advice: bool = False


Check = Callable[[], "Trouble | None"]


@dataclass(frozen=True)
class Result:
    """The outcome of a check; `asked` is False when it could not be asked."""

    name: str
    trouble: Trouble | None = None
    asked: bool = True


def database() -> Trouble | None:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def migrations() -> Trouble | None:
    """The database has every migration of this version."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    mend = "Write a backup, then run `python -m config.prepare`."
    return Trouble(f"{len(plan)} migrations are missing.", mend) if plan else None


def letters() -> Trouble | None:
    """PostgreSQL knows that Ж is the capital of ж."""
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('Ж')")
        row = cursor.fetchone()
    mend = "Make a database with locale C.UTF-8 and restore a backup into it."
    return None if row == ("ж",) else Trouble("The database's locale knows ASCII letters only.", mend)


def product_clock() -> Trouble | None:
    """This machine and the database agree on what time it is, and nobody moved the product's clock."""
    if settings.CLOCK_OFFSET_SECONDS:
        moved = f"The product's clock is {settings.CLOCK_OFFSET_SECONDS} seconds ahead."
        return Trouble(moved, "Unset KONTOR_CLOCK_OFFSET.", only_advice=not settings.PRODUCTION)
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - clock.now()).total_seconds())
    if apart <= WRONG_CLOCK_SECONDS:
        return None
    return Trouble(f"This machine and the database are {apart:.0f} seconds apart.", "Let both follow a time server.")


def sqlite() -> Trouble | None:
    """Where many work, the database is PostgreSQL."""
    if connection.vendor != "sqlite" or not settings.PRODUCTION:
        return None
    mend = "For more than a few people: PostgreSQL in DATABASE_URL; a backup moves everything there."
    return Trouble("The database is SQLite: one writer at a time, on one machine.", mend, only_advice=True)


def disk() -> Trouble | None:
    """There is room for data and files."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free >= LITTLE_ROOM:
        return None
    text = f"{free // MEGABYTE} MB are free where {settings.DATA_DIR} is."
    return Trouble(text, "Make room, or move the data with KONTOR_DATA.", only_advice=free >= LEAST_ROOM)


def folder() -> Trouble | None:
    """Data and files can be written."""
    places = {Path(settings.DATA_DIR)}
    if isinstance(storages["default"], FileSystemStorage):
        places.add(Path(settings.MEDIA_ROOT))
    for place in sorted(places):
        nearest = next(parent for parent in (place, *place.parents) if parent.exists())
        try:
            with tempfile.TemporaryFile(dir=nearest):
                pass
        except OSError as problem:
            return Trouble(f"{place} cannot be written: {problem.strerror}.", "Give it to the user the server runs as.")
    return None


def files(*, all_of_them: bool = False) -> Trouble | None:
    """The bytes of every file are in the storage: the newest ones, or all."""
    rows = Blob.objects.order_by("-stored_at")
    missing = [blob.sha256 for blob in (rows.iterator() if all_of_them else rows[:SAMPLE]) if not _is_there(blob)]
    if not missing:
        return None
    return Trouble(
        f"{len(missing)} files are missing or cut short: {', '.join(missing[:5])} …", "Copy them back from a backup."
    )


def _is_there(blob: Blob) -> bool:
    try:
        return default_storage.size(blob.path) == blob.size
    except FileNotFoundError:
        return False


def broker() -> Trouble | None:
    """The broker answers; without it work waits for the next sweep."""
    with current_app.connection_for_write(transport_options={"max_retries": 0}) as link:
        link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
        link.default_channel.queue_declare("celery", passive=False, durable=True)
    return None


def worker() -> Trouble | None:
    """Scheduler and worker did something within two minutes."""
    last = Heartbeat.objects.filter(name=jobs.WORKER).first()
    if last is not None and clock.now() - last.at <= SILENCE:
        return None
    said = f"since {last.at:%Y-%m-%d %H:%M} UTC" if last else "ever"
    return Trouble(f"No sign of scheduler and worker {said}.", "Start them: `config/supervisor.py` names the commands.")


def overdue() -> Trouble | None:
    """No work waits for long."""
    late = {name: jobs.count_overdue(name, OVERDUE) for name in jobs.queues()}
    if not any(late.values()):
        return None
    text = ", ".join(f"{name}: {count}" for name, count in late.items() if count)
    return Trouble(f"Work has been due for more than ten minutes ({text}).", "Look at the worker's log; add workers.")


def given_up() -> Trouble | None:
    """No work was given up."""
    dead = {name: jobs.count_given_up(name) for name in jobs.queues()}
    if not any(dead.values()):
        return None
    text = ", ".join(f"{name}: {count}" for name, count in dead.items() if count)
    return Trouble(f"Work was given up ({text}).", "Mend the cause (jobs page, log), then `manage.py retry`.")


def mail() -> Trouble | None:
    """A mail server is set and answers."""
    if not outbound.is_configured():
        return Trouble("No mail server is set: mails stay in the outbox.", "Set KONTOR_SMTP_URL.", only_advice=True)
    try:
        outbound.probe()
    except outbound.Deferred as problem:
        return Trouble(f"The mail server does not take us: {problem}", "Check KONTOR_SMTP_URL.")
    return None


def secret_key() -> Trouble | None:
    """The key is long, and nobody else on this machine reads it."""
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        return Trouble("The secret key is short.", "Set SECRET_KEY to 50 random characters; everybody signs in again.")
    kept = Path(settings.DATA_DIR) / "secret_key"
    if kept.exists() and kept.stat().st_mode & 0o077:
        return Trouble(f"Others on this machine may read {kept}.", f"chmod 600 {kept}")
    return None


def rates() -> Trouble | None:
    """Every currency that records use has a rate of the last seven days."""
    today, known = company_today(), currencies()
    missing = [row.code for row in Currency.objects.all() if known.quote(row.pk, today) is None and _is_used(row)]
    mend = "Settings, Exchange rates: add today's."
    return Trouble(f"No rate of the last seven days: {', '.join(missing)}.", mend) if missing else None


def _is_used(currency: Currency) -> bool:
    links = [link for link in Currency._meta.get_fields(include_hidden=True) if isinstance(link, ManyToOneRel)]
    users = [link for link in links if link.related_model is not Rate]
    return any(link.related_model._base_manager.filter(**{link.field.name: currency.pk}).exists() for link in users)


def backup() -> Trouble | None:
    """The last backup is not older than two days."""
    last = backups.newest()
    if last is not None and clock.now() - last <= OLDEST_BACKUP:
        return None
    said = f"The last backup is of {last:%Y-%m-%d}." if last else "There is no backup."
    return Trouble(said, "Run `manage.py backup` every night.", only_advice=not settings.PRODUCTION)


def stillness() -> Trouble | None:
    """The server is not in quarantine."""
    if not quarantine.is_on():
        return None
    mend = "When all is as it should be: `manage.py release`."
    return Trouble("The server was restored and is in quarantine: nothing leaves it.", mend, only_advice=True)


FIRST: dict[str, Check] = {"database": database, "migrations": migrations}
"""What all others stand on."""
PLACES: dict[str, Check] = {"data folder": folder, "disk": disk}
ALONE: dict[str, Check] = {**PLACES, "secret key": secret_key, "broker": broker, "mail server": mail}
"""What needs no table of ours."""
TABLES: dict[str, Check] = {
    "letters": letters, "clock": product_clock, "SQLite": sqlite, "files": files, "worker": worker,
    "overdue work": overdue, "given up work": given_up, "exchange rates": rates, "backup": backup,
    "quarantine": stillness,
}  # fmt: skip


def ask(name: str, check: Check) -> Result:
    """The outcome of one check; one that breaks is in trouble itself."""
    try:
        return Result(name, check())
    except Exception as problem:  # noqa: BLE001  # whatever breaks is what the check is for
        return Result(name, Trouble(f"{type(problem).__name__}: {problem}", "See the first words of the message."))


def ready() -> list[str]:
    """The names of what keeps this process from answering pages; empty when it is ready."""
    found = [result.name for result in _in_order(FIRST) if result.trouble]
    places = (ask(name, check) for name, check in PLACES.items())
    return found + [result.name for result in places if result.trouble and not result.trouble.only_advice]


def examine(*, all_files: bool = False, only: str | None = None) -> Iterator[Result]:
    """Every check in order, or what stands under one name."""
    stands = True
    for result in _in_order(FIRST):
        stands = stands and result.asked and result.trouble is None
        if only in (None, result.name):
            yield result
    for name, check in {**ALONE, **TABLES}.items():
        if only not in (None, name):
            continue
        if name in TABLES and not stands:
            yield Result(name, asked=False)
        elif check is files:
            yield ask(name, lambda: files(all_of_them=all_files))
        else:
            yield ask(name, check)


def _in_order(checks: dict[str, Check]) -> Iterator[Result]:
    """Each stands on the one before: after the first trouble none is asked."""
    stands = True
    for name, check in checks.items():
        result = ask(name, check) if stands else Result(name, asked=False)
        stands = stands and result.trouble is None
        yield result
