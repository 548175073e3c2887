from __future__ import annotations

from common import clock
from common.kinds.models import RecordModel
from common.people.models import User
from common.search.models import Opened

KEPT = 30


def note_opened(obj: RecordModel, *, by: User) -> None:
    """Remember that a person opened a record; of each person the newest thirty are kept."""
    Opened.objects.update_or_create(user=by, record_id=obj.pk, defaults={"at": clock.now()})
    kept = Opened.objects.filter(user=by).order_by("-at").values_list("pk", flat=True)[:KEPT]
    Opened.objects.filter(user=by).exclude(pk__in=list(kept)).delete()


def forget(record_id: int) -> None:
    """The record is deleted for good."""
    Opened.objects.filter(record=record_id).delete()
