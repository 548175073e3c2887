from __future__ import annotations

from typing import Any

from crm.models import Company
from tests.factories import common, crm, deals, requests_app
from tests.records.suite import RecordTypeSuite, place


class TestCompanyType(RecordTypeSuite):
    key = "crm.company"

    def make(self, **values: Any) -> Company:
        return crm.company(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        return {**place(), "tags": [common.tag()], "assignees": [common.user()], "industries": [crm.industry()]}

    def form_data(self) -> dict[str, Any]:
        return {"name": "Seilwerk Kiel", "phone": "+49 431 1", "email": "post@seilwerk.example", "address": "Kai 4"}

    def parts(self, obj: Any) -> None:
        crm.contact(company=obj, owner=self.person)
        requests_app.request(company=obj, owner=self.person)
        deals.deal(self.person, company=obj)
