from __future__ import annotations

from typing import Any

from deals.models import DealLine
from tests.factories import catalogue, deals
from tests.records.suite import RecordTypeSuite


class TestDealLineType(RecordTypeSuite):
    key = "deals.dealline"
    other = {"discount": "5.00"}
    missing = {"quantity": ""}

    def make(self, owner: Any = None, **values: Any) -> DealLine:
        return deals.line(deals.deal(owner or self.person), **values)

    def rich(self) -> dict[str, Any]:
        return {"product": catalogue.product()}

    def form_data(self) -> dict[str, Any]:
        return {"deal": str(deals.deal(self.person).pk), "name": "Freight", "quantity": "2", "price": "40.00",
                "discount": "0"}  # fmt: skip
