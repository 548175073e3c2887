from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.kinds.errors import DomainError


class DealAlreadyClosed(DomainError):
    """Only open deals move, change pipeline or are closed."""

    message = _("This deal is closed. Reopen it first.")


class DealIsOpen(DomainError):
    """Only closed deals are reopened."""

    message = _("This deal is open.")


class NoPipeline(DomainError):
    """No pipeline is set up for the department, nor for all."""

    message = _("There is no pipeline for this department yet. An administrator makes one in the settings.")


class PipelineIncomplete(DomainError):
    """A pipeline without an open, a won and a lost stage cannot carry deals."""

    message = _("The pipeline “%(pipeline)s” needs an open stage, a stage for won and one for lost deals.")


class NoCurrency(DomainError):
    """No currency is set up."""

    message = _("There is no base currency yet. An administrator chooses one in the settings.")


class StageOfAnotherPipeline(DomainError):
    """A deal moves only within its pipeline."""

    message = _("This stage belongs to another pipeline.")


class ClosingNeedsReason(DomainError):
    """A deal gets to a won or lost stage only by its closing reason."""

    message = _("Choose a closing reason to close the deal.")


class StageNeedsFields(DomainError):
    """A stage asks for fields that are empty."""

    message = _("The stage “%(stage)s” needs: %(fields)s.")


class StageArchived(DomainError):
    """Nothing moves to a stage that is no longer used."""

    message = _("The stage “%(stage)s” is no longer used.")


class WonNeedsAmount(DomainError):
    """What is won is worth something."""

    message = _("Enter the amount: a won deal needs one.")


class ClosedInTheFuture(DomainError):
    """A deal is closed today or was before."""

    message = _("The closing day cannot lie in the future.")


class ReasonArchived(DomainError):
    """No deal is closed with a reason that is no longer used."""

    message = _("The closing reason “%(reason)s” is no longer used.")


class NextStepInThePast(DomainError):
    """A step is planned for today or later."""

    message = _("The next step cannot lie in the past.")


class NoNextStep(DomainError):
    """There is nothing to be marked as done."""

    message = _("This deal has no next step.")


class NoPriceKnown(DomainError):
    """A product's price cannot be told in the deal's currency: a rate is missing."""

    message = _("Enter the price: there is no rate today to tell that of “%(product)s” in %(currency)s.")


class ReasonMissing(DomainError):
    """A deal is closed by a reason, and there is none of this outcome."""

    message = _("“%(stage)s” closes deals, but no closing reason of that outcome is in use.")
