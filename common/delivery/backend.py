from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from common.delivery import services


class OutboxBackend(BaseEmailBackend):
    """Django's own mails (password reset and the like) go the way of all others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = 0
        for message in email_messages:
            html = ""
            if isinstance(message, EmailMultiAlternatives):
                parts = ((str(content), kind) for content, kind in message.alternatives)
                html = next((content for content, kind in parts if kind == "text/html"), "")
            for recipient in message.recipients():
                services.send(
                    to=recipient, subject=str(message.subject), body=str(message.body), html=html, purpose="account",
                    secret=True,
                )  # fmt: skip
                sent += 1
        return sent
