"""The products of the demonstration company."""

from __future__ import annotations

from decimal import Decimal

from catalogue.demo.products import GOODS, SERVICES, UNIT
from catalogue.models import Product
from common.changes.bulk import bulk_create
from common.changes.services import System
from common.demo.builders import register
from common.demo.demo import RATE_DAYS
from common.demo.scene import Scene
from common.money.models import Currency


class Range:
    """The products by code."""

    def __init__(self, products: list[Product]) -> None:
        self.by_code = {product.code: product for product in products}


def build(scene: Scene) -> None:
    """Goods and services, entered when the company began to work with the product."""
    euro = Currency.objects.get(code="EUR")
    rows = [
        {
            "code": code, "name": scene.say(name), "kind": kind, "price": Decimal(price), "currency": euro,
            "unit": scene.say(UNIT) if kind == Product.Kind.GOODS else "",
        }
        for kind, table in ((Product.Kind.GOODS, GOODS), (Product.Kind.SERVICE, SERVICES))
        for code, name, price in table
    ]  # fmt: skip
    moment = scene.at(scene.ago(RATE_DAYS), 10)
    places = [(None, None, moment)] * len(rows)
    scene.keep(Range(bulk_create(Product, rows, by=System("demo"), label="Products", places=places)))


register(20, build)
