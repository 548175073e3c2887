from __future__ import annotations

from typing import Any

import pytest

from common.people.models import User
from tests.factories import common


@pytest.fixture
def place(db: Any) -> Any:
    """The department of everybody here."""
    return common.department()


@pytest.fixture
def anna(place: Any) -> User:
    """Who does things."""
    return common.user("manager", place, username="anna", first_name="Anna", last_name="Berg")


@pytest.fixture
def boris(place: Any) -> User:
    """Who is told of them; his user name has a dot."""
    return common.user("manager", place, username="boris.olsen", first_name="Boris", last_name="Olsen")
