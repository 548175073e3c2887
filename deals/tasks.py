from __future__ import annotations

from datetime import date

from common.jobs import services as jobs
from deals import rating


@jobs.handler("deals.rerate")
def rerate(currency_id: int, day: str) -> None:
    """Tell stored amounts anew after the rate of a day came or changed."""
    rating.rerate(currency_id, date.fromisoformat(day))
