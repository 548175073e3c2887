"""Which records are named by other rows, and which by none."""

from __future__ import annotations

import pytest
from django.db import connection

from common.changes import binning
from common.kinds.among import among
from crm.models import Company
from deals.models import Deal
from tests.factories import common, crm, deals

pytestmark = pytest.mark.django_db
WITH_DEALS = among(Deal.objects.get_queryset(), "company")


def names(rows: object) -> list[str]:
    return sorted(row.name for row in rows)  # type: ignore[attr-defined]  # companies


def test_what_has_some_and_what_has_none() -> None:
    common.currency()
    seller = common.user("manager", common.department())
    one, other, left = (crm.company(name, owner=seller) for name in ("One", "Other", "Left"))
    deals.deal(seller, company=one)
    deals.deal(seller, company=one)
    deals.deal(seller, company=None, contact=crm.contact(owner=seller))
    binning.remove(deals.deal(seller, company=other), by=common.SETUP)
    companies = Company.objects.filter(pk__in=[one.pk, other.pk, left.pk])
    assert names(companies.filter(WITH_DEALS)) == ["One"]
    assert names(companies.filter(~WITH_DEALS)) == ["Left", "Other"]
    of_their_deals = among(companies.filter(name="One"), "pk", "company")
    assert Deal.objects.filter(of_their_deals).count() == 2


def test_postgresql_can_join_what_has_none() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("a rule for PostgreSQL's planner")
    sql = str(Company.objects.filter(~WITH_DEALS).query)
    assert "NOT (EXISTS(" in sql
    assert " IN (SELECT" not in sql
