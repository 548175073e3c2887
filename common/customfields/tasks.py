from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.customfields import services
from common.customfields.models import CustomField
from common.jobs import services as jobs


@jobs.handler(services.INDEX_JOB, label=_("Index of an own field"))
def index(pk: int) -> None:
    """Make or drop the index of a field, as it says now."""
    services.keep_index(CustomField.objects.get(pk=pk))
