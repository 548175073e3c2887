from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class LinkNotValid(DomainError):
    """The sign-in link was used already or is too old."""

    message = _("This link was used already or is too old. Ask for another one.")
