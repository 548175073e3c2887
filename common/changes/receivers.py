from common.changes import merging, purging
from common.changes.values import LinkField, register_link
from common.spine.models import RecordMember

register_link(LinkField("coowners", RecordMember, "user", {"role": RecordMember.Role.COOWNER}))
register_link(LinkField("assignees", RecordMember, "user", {"role": RecordMember.Role.ASSIGNEE}))
register_link(LinkField("shared_with", RecordMember, "user", {"role": RecordMember.Role.SHARED}))
purging.with_record(merging.forget)
