from __future__ import annotations

from typing import Any

from crm.models import Contact
from tests.factories import common, crm, deals, requests_app
from tests.records.suite import RecordTypeSuite, place


class TestContactType(RecordTypeSuite):
    key = "crm.contact"
    changed = {"last_name": "Renamed"}
    missing = {"first_name": "", "last_name": "", "email": ""}

    def make(self, **values: Any) -> Contact:
        return crm.contact(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        return {
            **place(),
            "tags": [common.tag()],
            "assignees": [common.user()],
            "company": crm.company(owner=self.person),
        }

    def form_data(self) -> dict[str, Any]:
        return {"first_name": "Ada", "last_name": "Keller", "email": "ada@seilwerk.example", "job_title": "Buyer"}

    def parts(self, obj: Any) -> None:
        requests_app.request(contact=obj, owner=self.person)
        deals.deal(self.person, contact=obj)
