from __future__ import annotations

from typing import Any

from catalogue.models import Product
from tests.factories import catalogue, common
from tests.records.suite import RecordTypeSuite


class TestProductType(RecordTypeSuite):
    key = "catalogue.product"
    role = "head"
    everyone_sees = True

    def make(self, **values: Any) -> Product:
        return catalogue.product(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        return {"priced_in": f"X{common.code()}", "unit": "piece", "tags": [common.tag()]}

    def form_data(self) -> dict[str, Any]:
        return {"name": "Piston", "code": "P-1000", "kind": "goods", "price": "12.50",
                "currency": str(common.currency().pk)}  # fmt: skip

    def another(self) -> dict[str, str]:
        return {"code": "P-1001"}
