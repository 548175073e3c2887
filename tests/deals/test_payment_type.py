from __future__ import annotations

from typing import Any

from deals.models import Payment
from tests.factories import common, deals
from tests.records.suite import RecordTypeSuite


class TestPaymentType(RecordTypeSuite):
    key = "deals.payment"
    changed = {"invoice_number": "INV-7"}
    other = {"order_number": "ORD-9"}
    missing = {"amount": ""}

    def make(self, owner: Any = None, **values: Any) -> Payment:
        return deals.payment(deals.deal(owner or self.person), **values)

    def rich(self) -> dict[str, Any]:
        return {"code": f"Z{common.code()}"}

    def form_data(self) -> dict[str, Any]:
        return {"deal": str(deals.deal(self.person).pk), "amount": "40.00", "currency": str(common.currency().pk),
                "on": "18.12.2026", "certainty": "high", "invoice_number": "INV-1"}  # fmt: skip
