"""An empty start is filled with what is needed to make a deal at once, and only what is empty is filled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from common.changes import services as changes
from common.events.models import Event
from common.kinds import dictionary
from common.kinds.models import DictionaryBase
from common.kinds.tones import Tone
from common.money.rates import currencies, to_base
from common.organisation.models import Department
from common.organisation.selectors import company_today
from common.people.models import User
from common.places.models import Country
from common.policy.models import Permission, Role
from common.policy.principal import principal_of
from common.records import filtering, lists, registry
from common.records.declaring import Viewer
from common.records.models import ColourRule
from crm.models import Company, Source
from deals import services as deals
from deals.models import ClosingReason, Outcome, Stage
from requests_app.models import SiteForm

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def presets() -> None:
    dictionary.use_version(None)
    call_command("setup_presets")


def rows() -> dict[str, list[Any]]:
    """Every row of every dictionary."""
    found = {}
    for model in apps.get_models():
        if issubclass(model, DictionaryBase):
            found[model._meta.label] = list(model._base_manager.order_by("pk").values())
    return found


def test_a_second_run_changes_nothing() -> None:
    before = rows()
    call_command("setup_presets")
    assert rows() == before


def test_what_administrators_changed_stays() -> None:
    ClosingReason.objects.filter(name="Price too high").update(name="Too expensive")
    Source.objects.filter(name="Trade fair").delete()
    before = rows()
    call_command("setup_presets")
    assert rows() == before


def test_nothing_is_logged() -> None:
    assert not Event.objects.exists()


def test_the_first_person_is_an_administrator_without_a_password() -> None:
    person = User.objects.get()
    assert person.username == "admin"
    assert not person.has_usable_password()
    assert principal_of(person).is_administrator


def test_people_who_are_there_get_no_administrator_beside_them() -> None:
    User.objects.all().delete()
    User.objects.create_user("somebody")
    call_command("setup_presets")
    assert User.objects.get().username == "somebody"


def test_every_role_has_its_permissions() -> None:
    assert {"manager", "head", "operator", "executive", "accountant", "administrator"} == set(
        Role.objects.values_list("slug", flat=True)
    )
    assert Permission.objects.filter(role__slug="manager", type="deals.deal", action="close").exists()


def test_countries_have_names_in_both_languages() -> None:
    assert Country.objects.count() > 240
    germany = Country.objects.get(code="DE")
    assert germany.label == "Germany"
    with translation.override("ru"):
        assert germany.label == "Германия"


def test_a_deal_can_be_made_moved_and_won_at_once() -> None:
    admin = User.objects.get()
    company = changes.create(Company, {"name": "Erste Kundin"}, by=admin)
    deal = deals.create_deal(name="First order", by=admin, company=company, amount=Decimal(100))
    assert deal.stage.name == "Request"
    assert deal.currency.code == "EUR"
    deal = deals.move_to_stage(deal, stage=Stage.objects.get(name="Proposal"), by=admin)
    deal = deals.close_deal(deal, reason=ClosingReason.objects.get(outcome=Outcome.WON), by=admin)
    assert deal.amount_base == Decimal(100)


def test_currencies_convert_from_the_first_day() -> None:
    dollar = currencies().by_code["USD"]
    assert Decimal(80) < (to_base(Decimal(100), dollar.pk, company_today()) or 0) < Decimal(100)


def test_the_public_form_leads_into_a_department() -> None:
    form = SiteForm.objects.get(slug="website")
    assert form.source.name == "Website"
    assert form.source.department == Department.objects.get()


def test_colour_rules_fit_the_filters_of_their_type() -> None:
    admin = User.objects.get()
    viewer = Viewer(admin, principal_of(admin))
    assert ColourRule.objects.count() == 3
    for rule in ColourRule.objects.all():
        kind = registry.find(rule.type)
        assert kind is not None
        assert rule.tone in Tone.values
        found = filtering.tree_q(rule.condition, filtering.fields_of(kind, viewer), viewer)
        assert list(lists.with_colours(kind, kind.model.objects.filter(found), viewer)) == []
