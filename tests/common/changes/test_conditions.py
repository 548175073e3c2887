"""What is told of a table's conditions without the database is what the database says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CheckConstraint, F, Q
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common.changes import bulk, conditions
from crm.models import Contact
from deals.models import Deal

pytestmark = pytest.mark.django_db
PARTS = st.sampled_from([
    Q(probability__lte=100), Q(probability=None), Q(amount__gte=0), Q(amount__isnull=False), Q(name=""), Q(name="x"),
    Q(amount__gt=Decimal("1.5")), Q(probability=50), Q(company__isnull=True), Q(closed_on=None), Q(name__contains="x"),
    Q(amount=F("amount")), Q(probability__lt=1),
])  # fmt: skip
CONDITIONS = st.recursive(
    PARTS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner), st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a: ~a, inner), st.builds(lambda a, b: a ^ b, inner, inner),
    ),
    max_leaves=5,
)  # fmt: skip


@given(
    condition=CONDITIONS, name=st.sampled_from(["", "x"]), probability=st.sampled_from([None, 0, 50, 101]),
    amount=st.sampled_from([None, Decimal(-1), Decimal("1.5"), Decimal(2)]),
)  # fmt: skip
def test_what_surely_holds_holds_for_the_database(condition: Q, **values: Any) -> None:
    deal = Deal(**values)
    said = conditions._holds(condition, deal)
    if said is not None:
        found = CheckConstraint(condition=condition, name="c")
        try:
            found.validate(Deal, deal)
        except ValidationError:
            assert said is False
        else:
            assert said is True


def test_a_row_that_is_in_order_costs_no_query_and_another_is_told_why() -> None:
    names = ["first_name", "last_name", "email"]
    good: dict[str, Any] = {"first_name": "Petra", "last_name": "Vogt"}
    with CaptureQueriesContext(connection) as asked:
        bulk.check(Contact(), good, names)
    assert not [query for query in asked if "_check" in query["sql"]]
    with pytest.raises(ValidationError, match="Give a name"):
        bulk.check(Contact(), {"first_name": "", "last_name": "", "email": ""}, names)
