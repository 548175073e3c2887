from __future__ import annotations

from typing import Any

from django.db.models import F

from deals.models import Deal
from tests.factories import common, crm, deals
from tests.records.suite import RecordTypeSuite


class TestDealType(RecordTypeSuite):
    key = "deals.deal"

    def make(self, **values: Any) -> Deal:
        return deals.deal(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        return {"company": crm.company(owner=self.person), "contact": crm.contact(owner=self.person), "amount": "9.00",
                "source": crm.source(), "currency": common.currency(f"Y{common.code()}"),
                "coowners": [common.user()], "assignees": [common.user()], "tags": [common.tag()]}  # fmt: skip

    def parts(self, obj: Any) -> None:
        deals.line(obj)
        deals.payment(obj)

    def form_data(self) -> dict[str, Any]:
        return {"name": "Ropes", "company": str(crm.company(owner=self.person).pk), "amount": "900.00",
                "currency": str(common.currency().pk), "next_step": "Call them"}  # fmt: skip

    def beside(self, column: str) -> dict[str, Any]:
        return {"closing_reason": deals.reason(), "closed_from": F("stage")} if column == "closed_on" else {}
