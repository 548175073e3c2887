"""What can go wrong in words a person understands."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a translated text; `field` names the form field it belongs to.

    Shown next to the field or on top of the form with status 422; nothing was written.
    """

    status: ClassVar[int] = 422
    message = _("This is not possible.")

    def __init__(self, message: object = None, *, field: str | None = None, **context: object) -> None:
        self.field = field
        self.context: Mapping[str, object] = context
        self.text = message if message is not None else self.message
        super().__init__(self.text)

    def __str__(self) -> str:
        text = str(self.text)
        return text % self.context if self.context else text


class NotVisible(DomainError):
    """The row does not exist for this person: answered exactly like a missing one (404)."""

    status = 404
    message = _("There is nothing here, or it is not yours to see.")


class Forbidden(DomainError):
    """The row may be seen, but not this be done to it (403)."""

    status = 403
    message = _("You may see this, but not change it.")
