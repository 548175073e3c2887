"""Who builds what of the demonstration company: each app registers its part in `demo`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction
from django.utils import translation

from common import clock
from common.demo.scene import BUSY_UNTIL, Scene
from common.events.hooks import without_reactions
from common.setup import presets

ZONE = "Europe/Berlin"
Build = Callable[[Scene], None]
_builders: list[tuple[int, Build]] = []


def register(order: int, build: Build) -> None:
    """Add a part; lower orders come first."""
    _builders.append((order, build))


@transaction.atomic
def build_company(*, language: str, seed: int, today: date | None = None, size: float = 1) -> Scene:
    """Make the demonstration company as it stands on `today`, all or nothing.

    A smaller `size` makes a part of it, for tests. What is told here happened long ago: no reaction is owed
    to it, so nobody gets mail.
    """
    day = today or clock.today(ZONE)
    now = clock.now()
    if day != clock.today(ZONE):
        now = clock.start_of_day(day, ZONE) + timedelta(hours=BUSY_UNTIL)
    scene = Scene(today=day, now=now, language=language, seed=seed, zone=ZONE, size=size)
    with clock.stopped(now), translation.override(language), without_reactions():
        presets.load_all()
        for _order, build in sorted(_builders, key=lambda entry: entry[0]):
            build(scene)
        scene.run()
    return scene
