"""The form people sign in with."""

from typing import Any

from allauth.account.forms import LoginForm
from django.utils.translation import gettext as _


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """User name or e-mail, and the password; labels alone say what to type."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        self.fields["login"].widget.attrs["autocomplete"] = "username"

    def user_credentials(self) -> dict[str, str]:
        """As a user name alone: sign-in tries that as an address too, and then hashes one password, known or not."""
        return {"username": self.cleaned_data["login"], "password": self.cleaned_data["password"]}
