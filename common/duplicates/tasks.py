from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.duplicates import declaring, scanning
from common.jobs import services as jobs
from common.jobs import timetable


@jobs.handler(scanning.JOB, label=_("Look for duplicates"))
def scan(type_key: str) -> None:
    """Look for duplicates of a type."""
    likeness = declaring.find(type_key)
    if likeness is not None:
        scanning.scan(likeness)
        jobs.result(jobs.current(), f"{reverse('duplicates:list')}?type={type_key}")


@timetable.every("duplicates.scan", timedelta(days=1))
def scan_all(_since: datetime | None) -> None:
    """Look for duplicates of every type, once a day, each in a job of its own."""
    for likeness in declaring.all_of_them():
        jobs.enqueue(scanning.JOB, likeness.key)
