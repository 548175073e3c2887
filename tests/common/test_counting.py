from __future__ import annotations

import pytest

from common.kinds.counting import bounded
from common.tags.models import Tag
from tests.factories import common

pytestmark = pytest.mark.django_db


def test_counts_are_exact_up_to_their_bound_and_cost_one_query(django_assert_num_queries: object) -> None:
    for _n in range(5):
        common.tag()
    rows, first = Tag.objects.all(), Tag.objects.all()[:1].get()
    with django_assert_num_queries(1):  # type: ignore[operator]  # a fixture of pytest-django
        found = bounded([rows, rows.none(), rows.filter(pk=first.pk), rows.filter(name="100%")], 3)
    assert found == [4, 0, 1, 0]
    assert bounded([rows], 5) == [5]
    assert bounded([], 5) == []
