from __future__ import annotations

from decimal import Decimal
from typing import Any

from catalogue.models import Product
from common.changes import services as changes
from tests.factories.common import SETUP, currency, number


def product(
    price: str | None = "100.00",
    priced_in: str = "EUR",
    owner: Any = None,
    department: Any = None,
    **values: Any,
) -> Product:
    """A product with a price."""
    n = number()
    given = {"name": f"Pump {n}", "code": f"P-{n}", **values}
    if price is not None:
        given |= {"price": Decimal(price), "currency": currency(priced_in)}
    return changes.create(Product, given, by=SETUP, owner=owner, department=department)
