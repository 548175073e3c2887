from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.importing import archiving, committing, services
from common.jobs import services as jobs


def _done(pk: int) -> None:
    jobs.result(jobs.current(), reverse("importing:page", args=[pk]))


@jobs.handler(services.READ, label=_("Read a file for an import"))
def read(pk: int) -> None:
    """Read the file of an import."""
    services.run_reading(pk)
    _done(pk)


@jobs.handler(services.CHECK, label=_("Check an import"))
def check(pk: int) -> None:
    """Check the rows of an import."""
    services.run_checking(pk)
    _done(pk)


@jobs.handler(services.WRITE, label=_("Import"))
def write(pk: int) -> None:
    """Write what is left of an import."""
    committing.write(pk)
    _done(pk)


@jobs.handler(services.FORGET, label=_("Remove the file of an import"))
def forget(pk: int) -> None:
    """Remove the file and the rows of an import that was kept long enough."""
    services.forget(pk)


@jobs.handler(archiving.FORGET, label=_("Remove the file of an import"))
def forget_archive(pk: int) -> None:
    """Remove the file of an archive that was kept long enough."""
    archiving.forget(pk)
