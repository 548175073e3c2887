from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class LastAdministrator(DomainError):
    """Nobody would be left who may do everything."""

    message = _("Somebody must remain who may do everything. Give another person such a role first.")


class CannotReceive(DomainError):
    """The roles of the person who is to receive records do not show them that kind of record."""

    message = _("The roles of %(person)s do not show them: %(kinds)s.")


class NoReceiver(DomainError):
    """Records would be left without an owner."""

    message = _("Choose who receives: %(kinds)s.")


class NoAddress(DomainError):
    """An invitation needs an e-mail address."""

    message = _("Give an e-mail address: the invitation goes there.")
