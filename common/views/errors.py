from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class NotYourView(DomainError):
    """Only the owner of a view and the editors they named may change it."""

    status: ClassVar[int] = 403
    message = _("Only its owner and the people they named may change this view. Save yours under another name.")
