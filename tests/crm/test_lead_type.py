from __future__ import annotations

from typing import Any

from crm.models import Lead
from tests.factories import common, crm, deals, requests_app
from tests.records.suite import RecordTypeSuite, place


class TestLeadType(RecordTypeSuite):
    key = "crm.lead"
    changed = {"last_name": "Renamed"}
    missing = {"first_name": "", "last_name": "", "company_name": ""}

    def make(self, **values: Any) -> Lead:
        return crm.lead(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        return {**place(), "tags": [common.tag()], "assignees": [common.user()]}

    def form_data(self) -> dict[str, Any]:
        return {"first_name": "Ada", "last_name": "Keller", "company_name": "Seilwerk", "job_title": "Buyer"}

    def parts(self, obj: Any) -> None:
        requests_app.request(lead=obj, owner=self.person)
        deals.deal(self.person, lead=obj)
