from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class FileTooLarge(DomainError):
    """The file is over the limit."""

    message = _("“%(name)s” has %(size)s; the limit is %(limit)s.")


class NoRoom(DomainError):
    """The file storage refused to take the file."""

    message = _("The file could not be stored. Nothing was changed; try again later.")
