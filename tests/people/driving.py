"""Signing in with a password and a code, as people do."""

from __future__ import annotations

import base64
import hmac
import re
import struct
import time
from typing import Any

from django.test import Client

from common.people.models import User

PASSWORD = "Quayside-77-lamps"
SET_UP = "/accounts/second-factor/totp/activate/"


def code_of(secret: str, steps: int = 0) -> str:
    """The code an app shows (RFC 6238), `steps` half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)  # noqa: TID251  # what the telephone's clock says
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def sign_in(user: User, password: str = PASSWORD) -> tuple[Client, Any]:
    client = Client()
    return client, client.post("/accounts/login/", {"login": user.username, "password": password})


def set_up(client: Client) -> str:
    """Switch the second factor on, the password asked for once more; its secret."""
    page = client.get(SET_UP)
    if page.status_code == 302:
        assert page["Location"].startswith("/accounts/reauthenticate/")
        client.post(page["Location"], {"password": PASSWORD})
        page = client.get(SET_UP)
    secret = re.search(r'k-key">([A-Z2-7]+)<', page.content.decode())[1]  # type: ignore[index]
    answer = client.post(SET_UP, {"code": code_of(secret)})
    assert answer.status_code == 302
    return secret
