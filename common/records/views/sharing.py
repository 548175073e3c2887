from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes import services as changes
from common.changes import submissions
from common.changes.values import link_fields
from common.kinds.models import RecordModel
from common.people.selectors import active_people
from common.policy import scopes
from common.records.declaring import RecordType, Viewer
from common.records.fieldkinds import person_cell
from common.records.inputs import SeveralField
from common.records.views.acting import OperationView

FIELD = "shared_with"


def sharing(kind: RecordType, obj: RecordModel, viewer: Viewer, related: scopes.Relations) -> dict[str, Any] | None:
    """What `partials/shared.html` shows: with whom the record is shared, and where that changes."""
    rights = scopes.fields(viewer.principal, type(obj), related)
    if FIELD not in obj.link_fields or not rights.readable(FIELD):
        return None
    may = rights.writable(FIELD) and scopes.allows(viewer.principal, type(obj), "change", related)
    people = [{"pk": user.pk, **person_cell(user)} for user in link_fields[FIELD].of(obj)]
    url = reverse(f"{kind.namespace}:share", args=[obj.pk]) if may else ""
    return {"people": people, "url": url, "nonce": submissions.new_nonce()} if people or url else None


class ShareForm(forms.Form):
    """Who sees the record besides those whose roles show it."""

    def __init__(self, obj: RecordModel, data: QueryDict | None = None) -> None:
        current = link_fields[FIELD].ids(obj.pk)
        if data is not None and (gone := data.get("remove", "")):
            data = data.copy()
            data.setlist("people", [str(key) for key in current if str(key) != gone])
        super().__init__(data, initial={"people": current})
        self.fields["people"] = SeveralField(
            active_people(), label=_("Shared with"), required=False,
            help_text=_("They see this record and its history; they do not change it."),
        )  # fmt: skip


class ShareView(OperationView):
    """Share a record with people whose roles do not show it."""

    action = "change"
    title = gettext_lazy("Share")

    def build_form(self, obj: RecordModel, data: QueryDict | None) -> forms.Form:
        return ShareForm(obj, data)

    def run(self, obj: RecordModel, data: dict[str, Any]) -> Any:
        return changes.edit(obj, {FIELD: sorted(user.pk for user in data["people"])}, by=self.viewer.user)

    def done(self, obj: RecordModel) -> str:
        return _("Saved: %(title)s") % {"title": obj.title}
