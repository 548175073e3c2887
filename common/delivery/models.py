from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.jobs.models import Work
from common.sealing import unseal

SEAL = "mail"


class Delivery(Work):
    """One mail to one address, from the moment it is wanted to its end.

    `is_sealed`: `body` and `html` hold a link that opens an account and are kept encrypted; `text()` reads them.
    """

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("mail", "waiting")
        TRANSMITTING = "transmitting", _("being sent")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused")
        DEFERRED = "deferred", _("tried again later")
        UNCERTAIN = "uncertain", _("outcome unknown")
        FAILED = "failed", _("not accepted in 48 hours")
        SKIPPED = "skipped", _("kept in the sandbox")

    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PENDING)
    recipient = models.CharField(_("to"), max_length=254)
    sender = models.CharField(pgettext_lazy("sender", "from"), max_length=254)
    subject = models.CharField(_("subject"), max_length=250)
    message_id = models.CharField(max_length=120, unique=True)
    body = models.TextField(_("text"))
    html = models.TextField(blank=True)
    is_sealed = models.BooleanField(default=False)
    purpose = models.CharField(max_length=40)
    record = models.ForeignKey("spine.Record", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, failed_at=None), name="delivery_due")
        ]

    def __str__(self) -> str:
        return self.subject

    def text(self) -> tuple[str, str]:
        """The plain text and the HTML as they were written. Raises `sealing.NotOurs` with another server's key."""
        if not self.is_sealed:
            return self.body, self.html
        return unseal(self.body, SEAL), unseal(self.html, SEAL)
