"""The session store: each row knows whose sign-in it is, so that an administrator can end it.

A browser's key is stored as its hash: whoever reads the table, or a dump of it, can continue nobody's session.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from common import clock
from common.people.models import Session

BEGUN = "begun"
"""Where a session keeps when and with which browser it began."""


def stored(session_key: str | None) -> str:
    """The key of the row of a browser's session."""
    return hashlib.blake2s((session_key or "").encode(), digest_size=20).hexdigest()


class SessionStore(DatabaseStore):
    """Django's session store on `people.Session`. Only its synchronous half is used."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row: Any = super().create_model_instance(data)
        row.session_key = stored(row.session_key)
        row.expire_date = clock.now() + timedelta(seconds=self.get_expiry_age())
        user, begun = data.get(SESSION_KEY), data.get(BEGUN, {})
        row.user_id = int(user) if user else None
        row.agent = begun.get("agent", "")
        row.started_at = begun.get("at") or clock.now()
        session: Session = row
        return session

    def load(self) -> dict[str, Any]:
        if self.session_key is None:
            return {}
        row = Session.objects.filter(pk=stored(self.session_key), expire_date__gt=clock.now()).first()
        if row is None:
            self._session_key = None
            return {}
        data: dict[str, Any] = self.decode(row.session_data)
        return data

    def exists(self, session_key: str) -> bool:
        return super().exists(stored(session_key))

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(stored(key))
