from __future__ import annotations

from typing import Any

import pytest

from common.people.models import User
from tests.factories import common, deals


@pytest.fixture
def manager(db: Any) -> User:
    common.own_company()
    common.currency()
    deals.pipeline()
    return common.user("manager", common.department())


@pytest.fixture
def colleague(manager: User) -> User:
    return common.user("manager", manager.department)
