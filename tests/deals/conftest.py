from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from common.people.models import User
from deals.models import Deal, Pipeline, Stage
from tests.factories import common, deals


@dataclass
class Sales:
    """A department with a pipeline, a manager and a deal of theirs worth 1,000 euros."""

    pipeline: Pipeline
    manager: User
    deal: Deal

    def stage(self, name: str) -> Stage:
        return deals.stage(self.pipeline, name)

    def fresh(self) -> Deal:
        found: Deal = Deal.objects.get(pk=self.deal.pk)
        return found


@pytest.fixture
def sales(db: Any) -> Sales:
    common.own_company()
    common.currency()
    pipeline = deals.pipeline()
    manager = common.user(department=common.department())
    return Sales(pipeline, manager, deals.deal(manager, amount="1000.00", pipeline=pipeline))
