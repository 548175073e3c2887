from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from common import clock
from common.kinds import formats
from common.kinds.models import DictionaryBase, DictionaryRows


class UserManager(BaseUserManager["User"].from_queryset(DictionaryRows)):  # type: ignore[misc]  # made at run time
    """Makes people from the command line and in tests."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> User:
        """A person who may sign in; without a password only by a link."""
        user: User = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user


class Withheld(models.TextChoices):
    """What can be taken away from a person, whatever their roles say."""

    EXPORT = "export", _("no export")
    IMPORT = "import", _("no import")
    BULK = "bulk", _("no changing of many at once")
    DELETE = "delete", _("no deleting")
    MARGIN = "margin", _("margins hidden")
    CONTACTS = "contacts", _("telephone numbers and e-mails hidden")


class User(AbstractBaseUser, DictionaryBase):
    """A person who works with the CRM. `withheld`: what is taken away from them (`Withheld`)."""

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
    superior = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("superior"), null=True, blank=True, related_name="staff"
    )
    deputy = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("deputy"), null=True, blank=True, related_name="deputised"
    )
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent until"), null=True, blank=True)
    withheld = models.JSONField(_("taken away"), default=list, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    single_keys = models.BooleanField(_("shortcuts of a single key"), default=True)
    narrow_sidebar = models.BooleanField(_("narrow side bar"), null=True, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=clock.now, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects: ClassVar[Any] = UserManager()

    # All that is read of a person where others only name them.
    named_by: ClassVar[tuple[str, ...]] = ("first_name", "last_name", "username")

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
    def choice_label(self) -> str:
        """The name where owners are chosen: it says who is away until when, and who stands in."""
        if not self.is_absent(formats.viewer_today()):
            return self.full_name
        said = _("%(person)s, absent until %(day)s") if self.absent_until else _("%(person)s, absent")
        words = said % {"person": self.full_name, "day": formats.short_date(self.absent_until)}
        return f"{words} → {self.deputy.full_name}" if self.deputy else words

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        letters = self.first_name[:1] + self.last_name[:1]
        return (letters or self.username[:2]).upper()

    @property
    def tint(self) -> int:
        """Which of the six avatar tints; means nothing."""
        return (self.pk or 0) % 6

    def is_absent(self, day: date) -> bool:
        """Whether the person is away on `day`."""
        if self.absent_from is None and self.absent_until is None:
            return False
        return (self.absent_from or day) <= day <= (self.absent_until or day)

    def clean(self) -> None:
        if self.time_zone and self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("This is not a known time zone.")})
        if self.absent_from and self.absent_until and self.absent_until < self.absent_from:
            raise ValidationError({"absent_until": _("The last day is before the first one.")})
        for name in ("superior", "deputy"):
            if self.pk and getattr(self, f"{name}_id") == self.pk:
                raise ValidationError({name: _("Choose somebody else than the person themselves.")})


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


class Session(AbstractBaseSession):
    """A sign-in that is still good. `agent` is what the browser calls itself."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    agent = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=clock.now)


class SignInLink(models.Model):
    """A one-time link that signs a person in; only its hash is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_in_links")
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user} · {self.expires_at}"
