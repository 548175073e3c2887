"""Exports every contact as a person does, in each format, and tells the seconds and the memory."""

from __future__ import annotations

from django.http import QueryDict

from bench.imports import Run, most_memory
from common.people.models import User
from common.policy.principal import principal_of
from common.records import exporting, registry
from common.records.declaring import Viewer
from common.records.state import ListState


def measure(by: User) -> dict[str, Run]:
    """An export of all contacts with all their fields, by the format of the file."""
    return {file_format: _once(file_format, by) for file_format in exporting.WRITERS}


def _once(file_format: str, by: User) -> Run:
    run = Run(before=most_memory())
    state = ListState(registry.get("crm.contact"), Viewer(by, principal_of(by)), QueryDict("all=1"))
    with run.step("writing"):
        export, _job = exporting.ask(state, file_format, by)
    export.refresh_from_db()
    run.counts = {"exported": export.rows}
    return run
