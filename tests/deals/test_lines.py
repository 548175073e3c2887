from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.changes import services as changes
from common.kinds.errors import Forbidden
from deals import errors, selectors, services
from deals.models import DealLine
from tests.deals.conftest import Sales
from tests.factories import common, deals
from tests.factories.catalogue import product


def test_a_line_takes_text_and_price_from_its_product_in_the_deals_currency(sales: Sales) -> None:
    common.rate("USD", "0.80")
    deal = deals.deal(sales.manager)
    pump = product("250.00", "USD")
    line = services.add_line(deal, {"product": pump, "quantity": Decimal(2)}, by=sales.manager)
    assert (line.name, line.price, line.total) == (pump.name, Decimal("200.00"), Decimal("400.00"))


def test_an_empty_amount_follows_the_lines_and_a_typed_one_stays(sales: Sales) -> None:
    deal = deals.deal(sales.manager)
    first = services.add_line(deal, {"product": product("100.00")}, by=sales.manager)
    services.add_line(deal, {"name": "Freight", "price": Decimal("20.00")}, by=sales.manager)
    deal.refresh_from_db()
    assert deal.amount == selectors.lines_total(deal) == Decimal("120.00")
    services.edit_line(first, {"quantity": Decimal(3)}, by=sales.manager)
    deal.refresh_from_db()
    assert deal.amount == Decimal("320.00")
    changes.edit(deal, {"amount": Decimal("300.00")}, by=sales.manager)
    services.remove_line(first, by=sales.manager)
    deal.refresh_from_db()
    assert (deal.amount, selectors.lines_total(deal)) == (Decimal("300.00"), Decimal("20.00"))


def test_a_price_that_cannot_be_told_today_is_asked_for(sales: Sales) -> None:
    pump = product("250.00", "GBP")
    with pytest.raises(errors.NoPriceKnown, match="EUR"):
        services.add_line(sales.deal, {"product": pump}, by=sales.manager)
    assert services.add_line(sales.deal, {"product": pump, "price": Decimal(9)}, by=sales.manager).price == 9


def test_lines_follow_the_rights_on_their_deal(sales: Sales) -> None:
    colleague = common.user(department=sales.manager.department)
    with pytest.raises(Forbidden):
        services.add_line(sales.deal, {"name": "Freight"}, by=colleague)
    line = services.add_line(sales.deal, {"name": "Freight"}, by=sales.manager)
    assert list(DealLine.objects.for_user(colleague)) == [line]
    with pytest.raises(Forbidden):
        services.remove_line(line, by=colleague)
    assert not DealLine.objects.for_user(common.user(department=common.department("Other"))).exists()


@given(
    quantity=st.decimals("0.001", "99999", places=3), price=st.decimals("0", "999999", places=2),
    discount=st.decimals("0", "100", places=2),
)  # fmt: skip
def test_a_total_is_exact_and_half_even(quantity: Decimal, price: Decimal, discount: Decimal) -> None:
    line = DealLine(name="x", quantity=quantity, price=price, discount=discount)
    line.before_save()
    exact = quantity * price * (100 - discount) / 100
    assert line.total == exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
