"""Imports as a person makes them, without the pages: every step by its service, every job at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile

from common.importing import services
from common.importing.models import Import, OnMatch, OnNew
from common.importing.tables import Reading
from common.jobs import services as jobs
from common.people.models import User
from tests.factories import common

RULES: dict[str, Any] = {
    "on_match": OnMatch.UPDATE, "on_new": OnNew.CREATE, "creates_linked": True, "restores": False
}  # fmt: skip


def person(role: str = "administrator") -> User:
    """Somebody who imports."""
    common.own_company()
    common.currency()
    return common.user(role, common.department())


def text_of(rows: Sequence[Sequence[object]], delimiter: str = ",") -> bytes:
    """Rows as a CSV."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode()


def fresh(imp: Import) -> Import:
    """The import as it is stored now."""
    return Import.objects.select_related("by", "job", "change_set").get(pk=imp.pk)


def begun(content: bytes, type_key: str, by: User, name: str = "file.csv") -> Import:
    """An import whose file is read, with the columns that were guessed."""
    imp = services.start(ContentFile(content, name=name), type_key=type_key, by=by)
    services.set_reading(imp, imp.type, Reading.of(imp.reading), goes_on=True, version=imp.version, by=by)
    jobs.run_due()
    return fresh(imp)


def checked(
    content: bytes, type_key: str, by: User, *, name: str = "file.csv", columns: Mapping[str, str] | None = None,
    choices: Mapping[str, Mapping[str, str]] | None = None, **rules: Any,
) -> Import:  # fmt: skip
    """An import after its dry run; `columns` says by head what differs from the guess."""
    imp = begun(content, type_key, by, name)
    given = [(columns or {}).get(head, key) for head, key in zip(imp.headers, imp.columns, strict=True)]
    services.set_columns(imp, given, version=imp.version, by=by)
    imp = fresh(imp)
    if choices:
        services.set_choices(imp, choices, version=imp.version, by=by)
        imp = fresh(imp)
    wanted = {**RULES, "keys": imp.keys, **rules}
    services.set_rules(imp, wanted, version=imp.version, by=by)
    jobs.run_due()
    return fresh(imp)


def written(imp: Import) -> Import:
    """The import after its rows became records."""
    services.write(imp, version=imp.version, by=imp.by)
    jobs.run_due()
    return fresh(imp)


def imported(content: bytes, type_key: str, by: User, **more: Any) -> Import:
    """From the file to the records."""
    return written(checked(content, type_key, by, **more))


def counts(imp: Import) -> dict[str, int]:
    """How many rows of each outcome that there are."""
    return {key: number for key, number in imp.counts.items() if number}
