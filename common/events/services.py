from __future__ import annotations

from common.events import hooks
from common.events.models import Event, EventDispatch
from common.jobs import services as jobs

PAGE = 500
QUEUE = "events"


def run_dispatch(dispatch: EventDispatch) -> None:
    """Run one owed reaction; a bulk change set page by page, each page remembered."""
    reaction = hooks.reaction(dispatch.receiver)
    if dispatch.event is not None:
        reaction(dispatch.event)
        return
    events = Event.objects.filter(change_set=dispatch.change_set_id).order_by("id")
    while page := list(events.filter(id__gt=dispatch.cursor)[:PAGE]):
        for event in page:
            if hooks.wanted_by(dispatch.receiver, event):
                reaction(event)
        dispatch.cursor = page[-1].pk
        EventDispatch.objects.filter(pk=dispatch.pk).update(cursor=dispatch.cursor)


jobs.queue(QUEUE, EventDispatch, run_dispatch)
