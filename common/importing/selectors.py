from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from common.importing.models import Archive, Import, ImportRow, KnownColumns, Outcome, OuterKey, Step
from common.importing.targets import Target
from common.jobs.models import State
from common.kinds.errors import NotVisible
from common.people.models import User
from common.policy.principal import principal_of

LISTED, SAMPLED, SHOWN = 100, 50, 25
SAMPLES = 3


def visible_imports(user: User) -> QuerySet[Import]:
    """One's own imports; an administrator's are everybody's."""
    rows = Import.objects.select_related("by", "job", "change_set", "archive")
    return rows if principal_of(user).is_administrator else rows.filter(by=user)


def listed(user: User) -> Sequence[Import]:
    """The last hundred imports a person may see."""
    return list(visible_imports(user).order_by("-pk")[:LISTED])


def get_import(user: User, pk: int) -> Import:
    """One import a person may see. Raises `NotVisible`."""
    imp = visible_imports(user).filter(pk=pk).first()
    if imp is None:
        raise NotVisible
    return imp


def visible_archives(user: User) -> QuerySet[Archive]:
    """One's own archives; an administrator's are everybody's."""
    rows = Archive.objects.select_related("by")
    return rows if principal_of(user).is_administrator else rows.filter(by=user)


def get_archive(user: User, pk: int) -> Archive:
    """One archive a person may see. Raises `NotVisible`."""
    archive = visible_archives(user).filter(pk=pk).first()
    if archive is None:
        raise NotVisible
    return archive


def unopened(user: User) -> Sequence[Archive]:
    """The person's archives of which no file was chosen yet."""
    return list(Archive.objects.filter(by=user, imports=None).exclude(path="").order_by("-pk")[:LISTED])


def files_of(archive: Archive) -> list[Import]:
    """The imports of an archive, in the order in which they are best gone through."""
    return list(archive.imports.select_related("job").order_by("pk"))


def next_of(files: Sequence[Import], after: int = 0) -> Import | None:
    """The first file that is not imported yet, of those behind an import if there is one."""
    left = [imp for imp in files if imp.step != Step.DONE and imp.pk != after]
    return next((imp for imp in left if imp.pk > after), left[0] if left else None)


def is_stuck(imp: Import) -> bool:
    """Whether a job has it that ended without finishing."""
    return imp.is_working and (imp.job is None or imp.job.state in (State.FAILED, State.CANCELLED, State.DONE))


def samples(imp: Import) -> list[list[str]]:
    """For each column the first texts that stand in it."""
    found: list[list[str]] = [[] for _head in imp.headers]
    for cells in imp.rows.order_by("line").values_list("cells", flat=True)[:SAMPLED]:
        for place, cell in enumerate(cells):
            text = str(cell)
            if text and place < len(found) and len(found[place]) < SAMPLES and text not in found[place]:
                found[place].append(text)
    return found


def rows_of(imp: Import, outcome: str, after: int = 0) -> tuple[list[ImportRow], bool]:
    """The rows of one outcome after a line, and whether there are more."""
    rows = imp.rows.filter(outcome=outcome, line__gt=after).order_by("line").select_related("record")[: SHOWN + 1]
    found = list(rows)
    return found[:SHOWN], len(found) > SHOWN


def failed_rows(imp: Import) -> Any:
    """The rows that were refused, in the order of the file."""
    return imp.rows.filter(outcome=Outcome.FAILED).order_by("line")


def known_columns(type_key: str, fingerprint: str) -> KnownColumns | None:
    """What was chosen for a file with these heads before."""
    return KnownColumns.objects.filter(type=type_key, fingerprint=fingerprint).first()


def has_keys(system: str, target: Target) -> bool:
    """Whether records of what a target leads to came from this system before."""
    assert target.model is not None  # noqa: S101  # a link leads somewhere
    return OuterKey.objects.filter(system=system, type=target.model._meta.label_lower).exists()
