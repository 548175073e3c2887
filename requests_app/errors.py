from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class RequestNotPending(DomainError):
    """Only a request nobody has dealt with is taken, answered or set aside."""

    message = _("This request is dealt with already.")


class RequestAlreadyHasDeal(DomainError):
    """A request becomes one deal."""

    message = _("There is a deal for this request already: %(number)s %(deal)s.")

    def __init__(self, *, deal_id: int, number: str, deal: str) -> None:
        super().__init__(number=number, deal=deal)
        self.deal_id = deal_id


class RequestNotSetAside(DomainError):
    """Only what was set aside is reopened."""

    message = _("This request was not set aside.")


class OwnerNeeded(DomainError):
    """Who may not work on deals says whose the new deal is."""

    message = _("Choose the manager who works on the deal.")


class NotAManager(DomainError):
    """The chosen person may not work on this request."""

    message = _("%(person)s may not work on requests of this department.")


class NoCounterparty(DomainError):
    """A deal is made with somebody."""

    message = _("Choose a company or a contact, or make a new one.")


class LeadOrCompany(DomainError):
    """A lead stands for company and contact both."""

    message = _("Choose either a lead or company and contact.")


class ContactOfAnotherCompany(DomainError):
    """The contact works for a company other than the chosen one."""

    message = _("%(contact)s belongs to %(company)s.")


class CompanyExists(DomainError):
    """A new company must not have the name of another in its country."""

    message = _("There is a company of this name in this country already. Choose it.")


class NoName(DomainError):
    """A new contact or lead needs something to be called by."""

    message = _("Give a name, an e-mail or a telephone.")


class TooManyPosts(DomainError):
    """A visitor posts a public form more often than people do."""

    status: ClassVar[int] = 429
    message = _("You have sent this form several times. Please wait ten minutes and try again.")
