"""The session store: each row knows whose sign-in it is, so that an administrator can end it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from common import clock
from common.people.models import Session

BEGUN = "begun"
"""Where a session keeps when and with which browser it began."""


class SessionStore(DatabaseStore):
    """Django's session store on `people.Session`."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        user, begun = data.get(SESSION_KEY), data.get(BEGUN, {})
        row.user_id = int(user) if user else None
        row.agent = begun.get("agent", "")
        row.started_at = begun.get("at") or clock.now()
        session: Session = row
        return session
