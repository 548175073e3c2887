"""A job that takes as long as the test wants, for workers that are asked to end."""

from __future__ import annotations

import os
import time
from pathlib import Path

from common.jobs import services as jobs


@jobs.handler("tests.until_told")
def until_told() -> None:
    """Say that it began, wait for the word to end, say that it ended."""
    folder = Path(os.environ["KONTOR_DATA"])
    (folder / "began").touch()
    while not (folder / "go").exists():
        time.sleep(0.05)
    (folder / "ended").touch()
