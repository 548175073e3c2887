"""What a customer of the demonstration will take: products, quantities, prices and discounts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalogue.demo import Range
from catalogue.models import Product
from common.demo.scene import Scene
from common.money.models import Currency
from common.money.rates import cross, rounded
from common.organisation.selectors import company_today
from deals.demo.fates import Fate

DISCOUNTS = (0, 0, 0, 3, 5, 8)


@dataclass(frozen=True)
class Item:
    """One line to be."""

    product: Product
    quantity: Decimal
    price: Decimal
    discount: Decimal

    @property
    def total(self) -> Decimal:
        """As the line will tell it."""
        return rounded(self.quantity * self.price * (100 - self.discount) / 100)


@dataclass(frozen=True)
class Basket:
    """The lines to be, at the prices of the day it was filled."""

    currency: Currency
    items: tuple[Item, ...]

    @property
    def worth(self) -> Decimal:
        """What the lines will add up to."""
        return sum((item.total for item in self.items), Decimal(0))


def fill_basket(scene: Scene, fate: Fate, currency: Currency) -> Basket:
    """The products of the topic around their usual quantities."""
    lots, codes = scene.lots(f"basket {fate.name}"), scene.get(Range).by_code
    size = lots.lognormvariate(0, 0.4) * (2.0 if fate.is_frame else 1.2)
    items = []
    for code, usual in fate.topic.products[: lots.randint(2, 5)]:
        quantity = Decimal(max(1, round(usual * size * lots.uniform(0.8, 1.2))))
        price, discount = _price(codes[code], currency), Decimal(lots.choice(DISCOUNTS))
        items.append(Item(codes[code], quantity, price, discount))
    return Basket(currency, tuple(items))


def _price(product: Product, currency: Currency) -> Decimal:
    if product.price is None or product.currency_id is None:
        return Decimal(0)
    return cross(product.price, product.currency_id, currency.pk, company_today()) or Decimal(0)
