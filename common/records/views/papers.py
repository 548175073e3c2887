from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.policy.rules import PersonRequest
from common.records import describing, printing, registry
from common.records.errors import NothingSelected
from common.records.printing import MOST_RECORDS, Sheet
from common.records.state import ListState
from common.records.views.base import RecordView
from common.records.views.pages import PageView


def answer(file: bytes, name: str) -> HttpResponse:
    """A PDF to be saved or shown, never kept by caches."""
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


class ListPdfView(RecordView):
    """The rows of a list as PDF."""

    def get(self, request: PersonRequest) -> HttpResponse:
        state = ListState(self.type, self.viewer, request.GET)
        return answer(printing.list_file(state), self.type.namespace)


class RecordPdfView(PageView):
    """A record as PDF: what its page tells of it."""

    def get(self, request: PersonRequest, pk: int, status: int = 200) -> HttpResponse:
        obj = self.get_object()
        return answer(printing.records_file(obj.title, [self.sheet(obj)]), self.type.number_of(obj))

    def sheet(self, obj: RecordModel) -> Sheet:
        """The record as it stands on paper."""
        self.related = self.relations_of(obj)
        panels = [(panel, panel.load(obj, self.viewer)) for panel in registry.panels(self.type)]
        tables: list[tuple[str, dict[str, Any]]] = [
            (capital(panel.label), data.get("table") or data) for panel, data in panels if not data.get("hidden")
        ]
        return Sheet(
            obj.title, self.type.number_of(obj), str(self.type.label), self.type.facts(obj, self.viewer),
            [field for field in describing.details(self.type, obj, self.viewer, self.related) if field["value"]],
            [(label, data) for label, data in tables if "columns" in data],
        )  # fmt: skip


class RecordsPdfView(RecordPdfView):
    """The selected records of a list as one PDF. Raises `NothingSelected`."""

    http_method_names = ["post"]

    def post(self, request: PersonRequest) -> HttpResponse:
        keys = [int(key) for key in request.POST.getlist("pk") if key.isdecimal() and len(key) < 18]
        rows = self.rows().for_user(self.viewer.principal).filter(pk__in=keys)
        place = {key: at for at, key in enumerate(keys)}
        found = sorted(rows, key=lambda obj: place[obj.pk])
        if not found:
            raise NothingSelected
        sheets = [self.sheet(obj) for obj in found[:MOST_RECORDS]]
        left_out = max(len(found) - MOST_RECORDS, 0)
        return answer(printing.records_file(str(self.type.label_plural), sheets, left_out), self.type.namespace)
