"""The board of deals: sums over everything that matches, moves, the closing zone, more cards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.events.models import Event
from common.organisation.selectors import company_today
from common.records.views import boards
from deals.models import Deal, Pipeline
from tests.factories import common, deals
from tests.records.driving import signed_in

BOARD = "/deals/board/"


class Board:
    """A manager before a board with one pipeline."""

    def __init__(self) -> None:
        common.own_company()
        common.currency()
        self.pipeline = deals.pipeline()
        self.person = common.user("manager", common.department("Sales"))
        self.client = signed_in(self.person)

    def ask(self, **query: str) -> Any:
        answer = self.client.get(BOARD, {"all": "1", **query})
        assert answer.status_code == 200
        return answer.context

    def totals(self, **query: str) -> Any:
        answer = self.client.get(f"{BOARD}totals/", {"all": "1", **query})
        assert answer.status_code == 200
        return answer.context

    def column(self, name: str, **query: str) -> Any:
        """A column with its cards and sums."""
        wanted = deals.stage(self.pipeline, name).pk
        found = {}
        for context in (self.totals(**query), self.ask(**query)):
            found |= next(column for column in context["columns"] if column["key"] == wanted)
        return found

    def deal(self, **values: Any) -> Deal:
        return deals.deal(**{"owner": self.person, "pipeline": self.pipeline, **values})

    def move(self, deal: Deal, to: str, client: Any = None, **headers: str) -> Any:
        data = {"stage": str(deals.stage(self.pipeline, to).pk)}
        return (client or self.client).post(f"/deals/{deal.pk}/move/", data, headers=headers)


@pytest.fixture
def board(db: Any) -> Board:
    return Board()


def keys(column: Any) -> list[int]:
    return [card["pk"] for card in column["cards"]]


def test_sums_tell_of_all_matching_deals_not_of_the_loaded_cards(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "FIRST", 2)
    for amount in ("100.00", "200.00", "300.00", "400.00", "500.00"):
        board.deal(amount=amount)
    deals.deal(common.user("manager", common.department("Other")), pipeline=board.pipeline, amount="9000.00")
    column = board.column("New")
    assert (len(column["cards"]), column["count"], column["sum_raw"]) == (2, 5, 150_000)
    assert "1,500" in column["sum"] and "150" in column["weighted"]
    assert "1,500" in board.totals()["total"]["sum"]
    narrowed = board.column("New", f="amount.gte:300")
    assert (narrowed["count"], narrowed["sum_raw"]) == (3, 120_000)
    assert board.column("Proposal")["count"] == 0


def test_closed_deals_leave_the_board(board: Board) -> None:
    deal, kept = board.deal(amount="100.00"), board.deal(amount="30.00")
    assert set(keys(board.column("New"))) == {deal.pk, kept.pk}
    assert "130" in board.totals()["total"]["sum"]
    reason = deals.reason("won")
    answer = board.client.post(
        f"/deals/{deal.pk}/close/",
        {"nonce": "once", "closing_reason": reason.pk, "closed_on": "today", "amount": "100"},
    )
    assert answer.status_code in (302, 303)
    assert keys(board.column("New")) == [kept.pk]
    assert "130" not in board.totals()["total"]["sum"]


def test_more_cards_follow_until_the_column_ends(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "FIRST", 1)
    monkeypatch.setattr(boards, "MORE", 2)
    made = {board.deal(amount="10.00").pk for _n in range(5)}
    column = board.column("New")
    found = keys(column)
    while column["more_url"]:
        answer = board.client.get(column["more_url"], headers={"HX-Request": "true"})
        assert answer.status_code == 200 and b"<html" not in answer.content
        column = answer.context["column"]
        found += keys(column)
    assert len(found) == 5 and set(found) == made


@pytest.mark.parametrize("query", ["column=0", "column=x", "start=-1", "start=9999999"])
def test_a_column_that_is_none_is_refused(board: Board, query: str) -> None:
    known = f"column={deals.stage(board.pipeline, 'New').pk}" if query.startswith("start") else "start=0"
    assert board.client.get(f"{BOARD}column/?{known}&{query}").status_code == 400


def test_cards_with_the_nearest_step_come_first_and_those_without_one_last(board: Board) -> None:
    today = company_today()
    without = board.deal()
    late = board.deal(next_step="Call", next_step_on=today + timedelta(days=9))
    soon = board.deal(next_step="Call", next_step_on=today)
    assert keys(board.column("New")) == [soon.pk, late.pk, without.pk]


def test_the_switch_shows_another_pipeline_and_keeps_the_conditions(board: Board) -> None:
    service = deals.pipeline(is_default=False, stages=(("Reported", 20), ("Planned", 60)))
    first, second = board.deal(amount="500.00"), board.deal(pipeline=service, amount="700.00")
    here = board.ask(f="amount.gte:100")
    choices = here["groups"]["choices"]
    assert [choice["label"] for choice in choices if choice["current"]] == [str(board.pipeline)]
    assert [keys(column) for column in here["columns"]] == [[first.pk], [], [], []]
    url = next(choice["url"] for choice in choices if not choice["current"])
    assert "amount.gte" in url
    there = board.client.get(f"{BOARD}{url}").context
    assert [column["stage"]["name"] for column in there["columns"]] == ["Reported", "Planned"]
    assert [keys(column) for column in there["columns"]] == [[second.pk], []]
    assert Pipeline.objects.count() == 2


def test_a_dropped_card_moves_and_says_that_the_board_did_it(board: Board) -> None:
    deal = board.deal()
    assert board.move(deal, "Proposal", **{"HX-Request": "true"}).status_code == 204
    assert keys(board.column("Proposal")) == [deal.pk]
    event = Event.objects.filter(subject_id=deal.pk).latest("id")
    assert (event.kind, event.via, event.actor) == ("deal.moved", "board", board.person)


def test_who_may_not_move_is_refused_and_nothing_changes(board: Board) -> None:
    deal, before = board.deal(), Event.objects.count
    count = before()
    colleague = signed_in(common.user("manager", board.person.department))
    stranger = signed_in(common.user("manager", common.department("Other")))
    assert colleague.get(f"/deals/{deal.pk}/").status_code == 200
    for client, status in ((colleague, 403), (stranger, 404)):
        for headers in ({}, {"HX-Request": "true"}):
            assert board.move(deal, "Proposal", client, **headers).status_code == status
        closing = client.post(f"/deals/{deal.pk}/move/", {"close": "lost"})
        assert closing.status_code == status and "HX-Redirect" not in closing.headers
    assert Deal.objects.get(pk=deal.pk).stage.name == "New"
    assert before() == count


def test_a_card_cannot_be_dropped_on_a_closing_or_a_foreign_stage(board: Board) -> None:
    deal, elsewhere = board.deal(), deals.pipeline(is_default=False)
    foreign = {"stage": deals.stage(elsewhere, "New").pk}
    assert board.move(deal, "Won").status_code == 422
    assert board.client.post(f"/deals/{deal.pk}/move/", foreign).status_code == 422
    assert board.client.post(f"/deals/{deal.pk}/move/", {"stage": "x"}).status_code == 400
    assert Deal.objects.get(pk=deal.pk).stage.name == "New"


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_the_closing_zone_leads_to_the_form_that_asks_for_the_reason(board: Board, outcome: str) -> None:
    deal = board.deal(amount="100.00")
    fitting = deals.reason(outcome)
    deals.reason("won" if outcome == "lost" else "lost")
    answer = board.client.post(f"/deals/{deal.pk}/move/", {"close": outcome}, headers={"HX-Request": "true"})
    assert answer.status_code == 204 and Deal.objects.get(pk=deal.pk).is_open
    form = board.client.get(answer.headers["HX-Redirect"])
    assert form.status_code == 200
    assert list(form.context["form"].fields["closing_reason"].queryset) == [fitting]
    assert dict(form.context["fields"])["next"] == BOARD
