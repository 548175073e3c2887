from datetime import datetime


class Postponed(Exception):
    """What a queue's `run` raises when now is not the time, though nothing is wrong with the row.

    It is offered again at `until`, however often that happened before; `why` is kept in the row.
    """

    def __init__(self, why: str, *, until: datetime) -> None:
        super().__init__(why)
        self.until = until


class Stopped(Exception):
    """The running job must end now: it was dropped, or another worker has it. Never catch it."""


class RequesterGone(Exception):
    """Whoever asked for the job may not sign in or do this any more."""
