"""The secret key of an installation that was given none: made once, kept beside its data."""

import os
import secrets
from pathlib import Path

MINIMUM_LENGTH = 50
KNOWN = ("django-insecure-", "for-tests-only", "change-me", "changeme", "replace", "your-secret", "example", "…", "...")
"""What stands in the keys of examples, templates and tests."""


def load_or_create(path: Path) -> str:
    """The key kept in `path`; the first caller makes it, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    if not path.exists():
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)  # fails where another process was first: its key counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def is_weak(key: str) -> bool:
    """Whether a production server must refuse this key: short, monotonous or known from an example."""
    return len(key) < MINIMUM_LENGTH or len(set(key)) < 10 or any(word in key.lower() for word in KNOWN)
