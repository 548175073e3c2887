from __future__ import annotations

from django.apps import apps

from common.changes import merging
from common.files.models import Attachment
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.people.models import User


def get_attachment(user: User, pk: int) -> Attachment:
    """A file of a record this person may see, or of one merged into it. Raises `NotVisible`."""
    row = Attachment.objects.select_related("record", "blob").filter(pk=pk, removed_at=None).first()
    if row is None:
        raise NotVisible
    model = apps.get_model(row.record.type)
    key = merging.kept_as([row.record_id]).get(row.record_id, row.record_id)
    if not issubclass(model, RecordModel) or not model.objects.for_user(user).filter(pk=key).exists():
        raise NotVisible
    return row
