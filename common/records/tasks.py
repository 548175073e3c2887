from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.jobs import services as jobs
from common.records import exporting, many
from common.records.models import ExportFile


@jobs.handler(exporting.JOB, label=_("Export many rows"))
def export(pk: int) -> None:
    """Write the file of an export; run twice, it is written anew."""
    exporting.make(ExportFile.objects.select_related("by").get(pk=pk))
    jobs.result(jobs.current(), reverse("export-file", args=[pk]))


@jobs.handler(many.JOB, label=_("Change many records"))
def act_on_many(pk: int) -> None:
    """Finish an act on many records."""
    many.go_on(pk)
    jobs.result(jobs.current(), reverse("bulk-run", args=[pk]))
