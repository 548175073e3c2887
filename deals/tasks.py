from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from common.jobs import services as jobs
from deals import rating


@jobs.handler("deals.rerate", label=_("Convert amounts at changed rates"))
def rerate(currency_id: int, day: str) -> None:
    """Tell stored amounts anew after the rate of a day came or changed."""
    rating.rerate(currency_id, date.fromisoformat(day))
