"""The outbound door for SMTP: the only module that opens a connection to a mail server."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from common.jobs import quarantine

TIMEOUT = 30


class Refused(Exception):
    """The server said no for good (5xx)."""


class Deferred(Exception):
    """The server could not be reached or said later (4xx); nothing was accepted."""


class Uncertain(Exception):
    """The connection broke after the message began to be sent: nobody knows whether it was taken."""


def is_configured() -> bool:
    """Whether a mail server is set (`KONTOR_SMTP_URL`); without one mails stay in the sandbox."""
    return bool(settings.SMTP_URL)


def _connect() -> smtplib.SMTP:
    url = urlsplit(settings.SMTP_URL)
    host = url.hostname or ""
    if url.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            host, url.port or 465, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT)
        if url.scheme == "smtp+tls":
            client.starttls(context=ssl.create_default_context())
    if url.username:
        client.login(unquote(url.username), unquote(url.password or ""))
    return client


def probe() -> None:
    """Connect and sign in, send nothing. Raises `Deferred` with the server's words or the network's."""
    try:
        client = _connect()
        client.noop()
        client.close()
    except (OSError, smtplib.SMTPException) as problem:
        raise Deferred(str(problem)) from problem


def transmit(message: EmailMessage, sender: str, recipient: str, before_body: Any) -> None:
    """Hand one message to the server. `before_body()` is called after 354, before the first byte of text.

    Raises `Deferred`, `Refused` or `Uncertain` (RFC 5321 §4.2).
    """
    begun = False
    recipient = _in_ascii(recipient)
    if quarantine.is_on():
        raise Deferred("This server is in quarantine.")
    try:
        client = _connect()
    except (OSError, smtplib.SMTPException) as problem:
        raise Deferred(str(problem)) from problem
    try:
        client.ehlo_or_helo_if_needed()
        _expect(client.mail(sender), 250)
        _expect(client.rcpt(recipient), 250, 251)
        code, text = client.docmd("data")
        _expect((code, text), 354)
        before_body()
        begun = True
        body = message.as_bytes().replace(b"\r\n", b"\n").replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")
        client.send(body + b"\r\n.\r\n")
        _expect(client.getreply(), 250)
    except (OSError, smtplib.SMTPServerDisconnected) as problem:
        raise (Uncertain if begun else Deferred)(str(problem)) from problem
    finally:
        client.close()


def _in_ascii(address: str) -> str:
    """The address for the envelope, its domain as RFC 5891 writes it. Raises `Refused` for one no server takes."""
    local, _at, domain = address.rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as problem:
        raise Refused(f"{address}: {problem}") from problem


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    code, text = reply
    if code in codes:
        return
    words = f"{code} {text.decode(errors='replace')}"
    raise (Deferred if 400 <= code < 500 else Refused)(words)
