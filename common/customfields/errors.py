from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class NoSlotLeft(DomainError):
    """A type has as many fields of a family as its table has columns."""

    message = _("%(type)s has %(count)s fields of this kind already; no more fit. Use a questionnaire instead.")


class OptionTwice(DomainError):
    """Two lines of the options say the same."""

    message = _("“%(name)s” stands there twice.")
