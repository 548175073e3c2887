from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds.models import DictionaryBase, DictionaryRows


class UserManager(BaseUserManager["User"].from_queryset(DictionaryRows)):  # type: ignore[misc]  # made at run time
    """Makes people from the command line and in tests."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """A person who may sign in; without a password only by a link."""
        user: User = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser, DictionaryBase):
    """A person who works with the CRM."""

    unversioned: ClassVar[frozenset[str]] = frozenset({"last_login", "password", "narrow_sidebar"})

    class Theme(models.TextChoices):
        SYSTEM = "system", _("Like the computer")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(
        _("user name"),
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.@+-]+$", _("Letters, digits and . @ + - _ only."))],
    )
    email = models.EmailField(_("e-mail"), blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, verbose_name=_("department"), null=True, blank=True,
        related_name="people",
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    narrow_sidebar = models.BooleanField(_("narrow side bar"), null=True, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[Any] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["last_name", "first_name", "username"]
        constraints = [
            models.UniqueConstraint(Lower("email"), condition=~models.Q(email=""), name="email_once_per_person")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name, else the user name."""
        return f"{self.first_name} {self.last_name}".strip() or self.username

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        letters = self.first_name[:1] + self.last_name[:1]
        return (letters or self.username[:2]).upper()

    @property
    def tint(self) -> int:
        """Which of the six avatar tints; means nothing."""
        return (self.pk or 0) % 6

    def clean(self) -> None:
        if self.time_zone and self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("This is not a known time zone.")})


class Membership(DictionaryBase):
    """A person works in a department besides their own, or heads one."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("person"), related_name="memberships")
    department = models.ForeignKey(
        "organisation.Department", models.CASCADE, verbose_name=_("department"), related_name="memberships"
    )
    is_head = models.BooleanField(_("heads it"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "department"], name="one_membership_per_department")]

    def __str__(self) -> str:
        return f"{self.user} · {self.department}"


class SignInLink(models.Model):
    """A one-time link that signs a person in; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} · {self.expires_at}"
