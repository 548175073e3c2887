from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

KEEP, SEND = "keep", "send"


class ReleaseForm(forms.Form):
    """What becomes of the mails that wait in a restored server."""

    mails = forms.ChoiceField(label=_("Mails that wait"))

    def __init__(self, *args: Any, waiting: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        send = ngettext("Send %(count)s mail now", "Send %(count)s mails now", waiting) % {"count": waiting}
        keep = _("Never send them; they stay readable in the outbox")
        self.fields["mails"].choices = [(KEEP, keep), (SEND, send)]  # type: ignore[attr-defined]  # a choice field
