from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.records import registry
from common.records.declaring import Link, RecordType


def attend_url(kind: RecordType, obj: Any) -> str:
    """Where a person says what they want to hear of a record."""
    return f"{reverse('notifications:attend')}?{urlencode({'at': kind.page_url(obj)})}"


registry.extend(registry.EVERY, links=[Link(_("What I hear of it"), "eye", "view", attend_url, "record")])
