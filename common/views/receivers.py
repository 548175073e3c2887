from __future__ import annotations

from common.records import desks
from common.views import selectors

desks.set_source(selectors.desk)
