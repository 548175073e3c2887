from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from analytics import selectors
from analytics.selectors import conditions
from analytics.selectors.conditions import Figure
from common import clock
from deals.models import Deal
from tests.analytics.histories import ORDER, Story, World, behind, median_days
from tests.conftest import SCALE
from tests.factories import common, deals

pytestmark = pytest.mark.django_db
KINDS = ("reached", "still", "lost", "passed", "now")


def rows_of(address: str, user: Any) -> set[int]:
    """The deals the list shows at this address."""
    found = Q()
    for _name, text in parse_qsl(address):
        head, _colon, tail = text.partition(":")
        values = tail.split(",")
        if head == "funnel.is":
            found &= conditions.funnel_from_values(values)
        elif head == "cohort.is":
            found &= conditions.cohort_from_values(values)
        else:
            field, op = head.split(".")
            assert op == "in"
            found &= Q(**{f"{field}__in": values})
    return set(Deal.objects.for_user(user).filter(found).values_list("pk", flat=True))


def assert_tells(figure: Figure, stories: list[Story], user: Any) -> None:
    assert figure.count == len(stories)
    assert rows_of(figure.address, user) == {story.pk for story in stories}
    assert figure.money.amount == World.worth(stories)
    assert (figure.money.missing == ("GBP",)) == any(s.code == "GBP" and s.amount for s in stories)


@pytest.mark.parametrize("seed", range(max(2, round(2 * SCALE))))
def test_every_figure_equals_a_recomputation_and_opens_its_rows(seed: int) -> None:
    world = World(seed)
    world.live(160)
    days = [story.created.astimezone(ZoneInfo("Europe/Berlin")).date() for story in world.stories]
    start, end = days[len(days) // 3], days[-5]
    length = end - start + timedelta(days=1)
    cases = [
        (world.executive, None, None, world.managers),
        (world.executive, world.north, None, world.managers[:1]),
        (world.executive, None, world.managers[1], world.managers[1:]),
        (world.managers[0], None, None, world.managers[:1]),
    ]
    with clock.stopped(world.now):
        for pipeline in world.pipelines:
            for user, department, owner, owners in cases:
                report = selectors.funnel(
                    user, start=start, end=end, pipeline=pipeline, department=department, owner=owner
                )
                stories = world.cohort(start, end, pipeline, owners)
                before = world.cohort(start - length, start - timedelta(days=1), pipeline, owners)
                assert [row.stage.name for row in report.rows] == ORDER
                for row in report.rows:
                    for kind in KINDS:
                        assert_tells(getattr(row, kind), behind(stories, kind, row.position), user)
                    assert row.reached.count == row.still.count + row.lost.count + row.passed.count
                    assert row.previous == len(behind(before, "reached", row.position))
                    expected = median_days(stories, row.stage.name)
                    assert row.median_days == (pytest.approx(expected) if expected is not None else None)
                assert_tells(report.entered, stories, user)
                for kind, figure in (
                    ("won", report.won),
                    ("lost", report.lost),
                    ("still", report.still_open),
                ):
                    assert_tells(figure, behind(stories, kind, 0), user)
                for item in report.reasons:
                    assert_tells(item.lost, [s for s in stories if s.state == "lost" and s.reason == item.reason], user)
                assert sum(item.lost.count for item in report.reasons) == report.lost.count
                assert report.previous_won == len(behind(before, "won", 0))
                wins = sorted(s.won_after / timedelta(days=1) for s in stories if s.won_after is not None)
                assert (report.median_days_to_win is None) == (not wins)
                if wins:
                    middle = (wins[(len(wins) - 1) // 2] + wins[len(wins) // 2]) / 2
                    assert report.median_days_to_win == pytest.approx(middle)


def test_rates_are_parts_of_the_stage_before_and_of_all() -> None:
    world = World(7)
    world.live(120)
    with clock.stopped(world.now):
        report = selectors.funnel(
            world.executive, start=date(2026, 3, 1), end=date(2026, 12, 31), pipeline=world.pipelines[0]
        )
    counts = [row.reached.count for row in report.rows]
    assert report.rows[0].step_rate is None
    for index, row in enumerate(report.rows[1:], start=1):
        assert row.step_rate == (Decimal(counts[index]) / counts[index - 1] if counts[index - 1] else None)
        assert row.overall == Decimal(counts[index]) / counts[0]


def test_an_empty_period_divides_by_nothing() -> None:
    world = World(1)
    report = selectors.funnel(
        world.executive, start=date(2020, 1, 1), end=date(2020, 1, 31), pipeline=world.pipelines[0]
    )
    assert (report.entered.count, report.win_rate, report.rows[1].step_rate) == (0, None, None)


def test_a_stage_no_longer_used_counts_as_the_one_before_it() -> None:
    world = World(3)
    world.live(100)
    pipeline = world.pipelines[0]
    stage = pipeline.stages.get(name="Proposal")
    stage.archived_at = clock.now()
    stage.save()
    with clock.stopped(world.now):
        report = selectors.funnel(world.executive, start=date(2026, 3, 1), end=date(2026, 12, 31), pipeline=pipeline)
    assert [row.stage.name for row in report.rows] == ["New", "Qualified", "Negotiation"]
    for row in report.rows:
        for kind in KINDS:
            figure = getattr(row, kind)
            assert len(rows_of(figure.address, world.executive)) == figure.count
        assert row.reached.count == row.still.count + row.lost.count + row.passed.count


def test_the_number_of_queries_does_not_grow_with_the_deals() -> None:
    world = World(2)
    counts = []
    for steps in (10, 60):
        world.live(steps)
        with clock.stopped(world.now), CaptureQueriesContext(connection) as queries:
            selectors.funnel(
                world.executive, start=date(2026, 3, 1), end=date(2026, 12, 31), pipeline=world.pipelines[0]
            )
        counts.append(len([q for q in queries if "kinds_config" not in q["sql"]]))
    assert counts[1] <= 8
    assert counts[1] - counts[0] <= 1


@pytest.mark.parametrize("values", [["still"], ["jump", "1", "1"], ["still", "1", "99"], ["still", "x", "1"]])
def test_a_figure_that_does_not_exist_is_refused(values: list[str]) -> None:
    world = World(1)
    if len(values) > 1 and values[1] == "1":
        values[1] = str(world.pipelines[0].pk)
    with pytest.raises(ValueError, match=r".*"):
        conditions.funnel_from_values(values)


def test_the_days_of_the_period_are_the_companys() -> None:
    common.own_company("Europe/Berlin")
    with clock.stopped(datetime(2026, 3, 31, 22, 30, tzinfo=UTC)):
        deal = deals.deal(common.user(department=common.department()))
        report = [
            selectors.funnel(
                common.user("executive"),
                start=date(2026, month, 1),
                end=date(2026, month, 30),
                pipeline=deal.pipeline,
            )
            for month in (3, 4)
        ]
    assert [item.entered.count for item in report] == [0, 1]
    assert report[1].previous_entered == 0
