"""Exact sums: SQLite's SUM of decimals is a float, so minor units are summed as integers there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, DecimalField, Expression


class ExactSum(Aggregate):
    """The exact sum of a money expression with two decimals; 0 for no rows."""

    function = "SUM"
    name = "ExactSum"
    output_field = DecimalField(max_digits=24, decimal_places=2)
    allow_distinct = False

    def __init__(self, expression: Expression | str, **extra: Any) -> None:
        super().__init__(expression, default=Decimal(0), **extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return super().as_sql(
            compiler,
            connection,
            template="SUM(%(distinct)sCAST(ROUND((%(expressions)s) * 100) AS INTEGER)) / 100.0",
            **extra,
        )
