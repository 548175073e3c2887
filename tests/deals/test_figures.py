from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.changes import services as changes
from common.money.rates import rounded
from common.organisation.selectors import company_today
from common.policy.principal import principal_of
from deals import selectors, services
from deals.models import Certainty, Deal, Outcome
from tests.deals.conftest import Sales
from tests.factories import common, crm, deals


def test_paid_expected_and_shares_are_told_in_the_deals_currency(sales: Sales) -> None:
    today = company_today()
    common.rate("USD", "0.50", today - timedelta(days=30))
    common.rate("USD", "0.80", today)
    deals.payment(sales.deal, "200.00", "received", code="USD", on=today - timedelta(days=30))
    deals.payment(sales.deal, "300.00", "guaranteed")
    deals.payment(sales.deal, "100.00", "high", code="USD", on=today + timedelta(days=40))
    facts = selectors.payment_facts(sales.deal)
    assert (facts.paid, facts.expected, facts.scheduled) == (Decimal(100), Decimal(900), Decimal(380))
    assert (facts.unscheduled, facts.overpaid, facts.missing) == (Decimal(520), Decimal(0), ())
    assert [facts.share(certainty) for certainty in Certainty.values] == [
        Decimal(10),
        Decimal(30),
        Decimal(8),
        0,
    ]


def test_a_payment_without_a_rate_is_named_and_not_counted(sales: Sales) -> None:
    deals.payment(sales.deal, "200.00", "received", code="GBP")
    facts = selectors.payment_facts(sales.deal)
    assert (facts.paid, facts.missing) == (Decimal(0), ("GBP",))


def test_a_deal_without_an_amount_expects_nothing_it_knows(sales: Sales) -> None:
    facts = selectors.payment_facts(deals.deal(sales.manager))
    assert (facts.expected, facts.unscheduled, facts.share("high")) == (None, None, None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_board_and_list_totals_equal_a_recomputation(sales: Sales, seed: int) -> None:
    common.rate("USD", "0.87654321")
    chance = Random(seed)
    firm = crm.company(owner=sales.manager)
    names = [name for name, _probability in deals.STAGES]
    for _i in range(30):
        code = chance.choice(["EUR", "USD", "GBP"])
        amount = chance.choice([None, f"{chance.randrange(0, 10_000_000) / 100:.2f}"])
        deal = deals.deal(
            sales.manager, amount=amount, currency=common.currency(code), company=firm, pipeline=sales.pipeline,
            stage=sales.stage(chance.choice(names)), probability=chance.choice([None, None, 33]),
        )  # fmt: skip
        if chance.random() < 0.2:
            services.close_deal(deal, reason=deals.reason(), by=sales.manager)
    rates = {"EUR": Decimal(1), "USD": Decimal("0.87654321")}
    rows = list(Deal.objects.for_user(sales.manager).select_related("stage", "currency"))
    with CaptureQueriesContext(connection) as queries:
        board = selectors.board_totals(Deal.objects.for_user(sales.manager).open())
    assert len([q for q in queries if "deals_deal" in q["sql"]]) == 1
    by_stage: dict[int, list[Deal]] = defaultdict(list)
    for deal in rows:
        if deal.is_open:
            by_stage[deal.stage_id].append(deal)
    assert set(board) == {None, *by_stage}
    for stage, mine in [*by_stage.items(), (None, [deal for deal in rows if deal.is_open])]:
        told = [d for d in mine if d.currency.code in rates and d.amount]
        assert board[stage].count == len(mine)
        assert board[stage].amount.amount == rounded(sum((d.amount * rates[d.currency.code] for d in told), Decimal(0)))
        weighted = sum((d.amount * d.chance / 100 * rates[d.currency.code] for d in told), Decimal(0))
        assert board[stage].weighted.amount == rounded(weighted)
        assert (board[stage].amount.missing == ("GBP",)) == any(d.currency.code == "GBP" and d.amount for d in mine)
    total = selectors.list_totals(Deal.objects.for_user(sales.manager))
    assert total.count == len(rows)
    closed = sum((d.amount_base or Decimal(0) for d in rows if not d.is_open), Decimal(0))
    opened = sum(
        (d.amount * rates[d.currency.code] for d in rows if d.is_open and d.amount and d.currency.code in rates),
        Decimal(0),
    )
    assert total.amount.amount == rounded(rounded(opened) + closed)


def test_deals_of_a_company_are_those_one_may_see(sales: Sales) -> None:
    firm = sales.deal.company
    hidden = deals.deal(common.user(department=common.department("Other")), company=firm)
    closed = deals.deal(sales.manager, company=firm)
    services.close_deal(closed, reason=deals.reason(Outcome.LOST), by=sales.manager)
    assert list(selectors.deals_of(sales.manager, firm)) == [sales.deal, closed]
    assert hidden in selectors.deals_of(common.user("executive"), firm)


def test_a_sellers_month_counts_what_is_theirs_once(sales: Sales) -> None:
    mine, today = principal_of(sales.manager), company_today()
    won, reason = deals.deal(sales.manager, amount="300.00", pipeline=sales.pipeline), deals.reason(Outcome.WON)
    services.close_deal(won, reason=reason, by=sales.manager)
    deals.payment(won, "120.00", "received", on=today)
    shared = deals.deal(common.user("manager", common.department("Other")), amount="50.00", pipeline=sales.pipeline)
    owned = deals.deal(sales.manager, amount="7.00", pipeline=sales.pipeline)
    for deal in (shared, owned):
        changes.edit(deal, {"coowners": [sales.manager]}, by=common.SETUP)
    deals.deal(common.user("manager", sales.manager.department), amount="9000.00", pipeline=sales.pipeline)
    found = selectors.month_figures(sales.manager, mine, today, mine=True)
    assert (found.won, found.won_amount.amount, found.received.amount) == (1, Decimal(300), Decimal(120))
    assert found.open_amount.amount == Decimal(1057)  # with the 1,000.00 of the first deal
