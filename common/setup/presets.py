"""What an empty start is filled with, so that work can begin at once (`manage.py setup_presets`).

Each app registers its part in `presets.py`. A part fills only what is empty: what administrators renamed,
archived or deleted stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction

from common.kinds import dictionary
from common.kinds.models import Dictionary
from common.setup import basics

D = TypeVar("D", bound=Dictionary)
Load = Callable[[], None]
_parts: list[tuple[int, Load]] = []


def register(order: int, load: Load) -> None:
    """Add a part; lower orders come first. `load` may be run at any time again."""
    _parts.append((order, load))


@transaction.atomic
def load_all() -> None:
    """Fill everything that is empty, in order."""
    for _order, load in sorted(_parts, key=lambda part: part[0]):
        load()
        dictionary.renew()


def fill(model: type[D], rows: Iterable[Mapping[str, Any]]) -> None:
    """Give a dictionary these rows, in this order, if it has none. A row has `name`, and `ru` for Russian."""
    if model._default_manager.exists():
        return
    for position, row in enumerate(rows, start=1):
        values = dict(row)
        names = {"ru": values.pop("ru")} if "ru" in values else {}
        model._default_manager.create(names=names, position=position, **values)


register(10, basics.load_places)
register(11, basics.load_money)
register(12, basics.load_organisation)
register(13, basics.load_people)
