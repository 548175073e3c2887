from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import clock
from common.kinds.models import Ledger


class Kind(models.TextChoices):
    """What people are told about."""

    MENTION = "mention", _("Somebody mentions me in a note")
    ASSIGNED = "assigned", _("A record becomes mine, or I take part in it")
    FOLLOWED = "followed", _("Something happens to a record I follow")
    REQUEST = "request", _("A request comes in that I may deal with")
    DUE = "due", _("My next step is due or late")
    JOB = "job", _("My background work is done or failed")


class Channel(models.TextChoices):
    """How somebody is told."""

    OFF = "off", pgettext_lazy("notification", "Off")
    APP = "app", pgettext_lazy("notification", "Here")
    MAIL = "mail", pgettext_lazy("notification", "Here and by mail")


DEFAULTS: dict[str, str] = {
    Kind.MENTION: Channel.MAIL, Kind.ASSIGNED: Channel.MAIL, Kind.REQUEST: Channel.MAIL, Kind.DUE: Channel.APP,
    Kind.FOLLOWED: Channel.APP, Kind.JOB: Channel.APP,
}  # fmt: skip


class Notification(Ledger):
    """One thing one person is told. `key` is the same for the same thing: it is told once.

    `detail` is what its words need besides record and actor. `bundle` is the same for what one act did alike to
    records of one type: where they are many they are drawn as one line.
    `mail_due_at`: when it goes out by mail, if it is not read by then; None: it does not.
    """

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=80)
    record = models.ForeignKey("spine.Record", models.CASCADE, null=True, related_name="+")
    event = models.ForeignKey("events.Event", models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey("people.User", models.CASCADE, null=True, related_name="+")
    detail = models.JSONField(default=dict)
    bundle = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="told_once")]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "-id"], name="notification_newest"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["mail_due_at"], condition=models.Q(mailed_at=None, mail_due_at__isnull=False),
                name="notification_to_mail",
            ),
            models.Index(
                fields=["user", "bundle", "id"], condition=~models.Q(bundle=""), name="notification_bundle"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


class Attention(Ledger):
    """What a person wants to hear of a record: more than usual, or nothing more. Without a row: the usual."""

    class Level(models.TextChoices):
        FOLLOWED = "followed", _("Follow: what others do to it, too")
        MUTED = "muted", _("Mute: nothing")

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    record = models.ForeignKey("spine.Record", models.CASCADE, related_name="+")
    level = models.CharField(max_length=8, choices=Level.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "record"], name="attends_once")]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["record", "level"], name="attention_to_record")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.record_id} {self.level}"


class Preferences(Ledger):
    """How a person wants to be told. `channels` by kind, else `DEFAULTS`; hours are those of their time zone."""

    user = models.OneToOneField("people.User", models.CASCADE, primary_key=True, related_name="+")
    channels = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest_hour = models.PositiveSmallIntegerField(null=True)
    # The last day whose due steps were told.
    due_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.user_id)

    def channel(self, kind: str) -> str:
        """How the person is told things of this kind."""
        return str(self.channels.get(kind) or DEFAULTS[kind])
