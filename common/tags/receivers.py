from common.changes.values import LinkField, register_link
from common.tags.models import RecordTag

register_link(LinkField("tags", RecordTag, "tag"))
