"""The demonstration company: how much there is, that it looks alive, and that it never lies ahead of its day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from catalogue.models import Product
from common import clock
from common.customfields.made import name_of
from common.customfields.models import CustomField, FieldType
from common.demo import builders
from common.demo.scene import Scene
from common.events.models import ChangeSet, Event, EventDispatch
from common.files.models import Attachment
from common.importing.models import Import, Step
from common.jobs.models import Job
from common.kinds import dictionary
from common.money.models import Rate
from common.notifications.models import Notification
from common.records import registry
from common.records.fieldkinds import kind_of
from common.spine.models import Record, RecordMember
from common.tags.models import RecordTag
from common.views.models import SavedView
from crm.models import Company, Contact, Lead
from deals.models import Certainty, ClosingReason, Deal, DealLine, Outcome, Payment, Stage, StageTransition
from requests_app.models import Request
from tests.records.driving import shown, signed_in, viewer_of

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
TODAY = NOON.date()
OPEN = Deal.objects.filter(closed_on=None)


@pytest.fixture(scope="module", autouse=True)
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scene]:
    """The whole company once for this module, taken back at its end."""
    dictionary.use_version(None)
    with django_db_blocker.unblock(), transaction.atomic(), clock.stopped(NOON):
        yield builders.build_company(language="en", seed=1)
        transaction.set_rollback(True)
    dictionary.use_version(None)


def test_there_is_as_much_as_promised() -> None:
    assert Company.objects.count() == 415
    assert Contact.objects.count() == 1217
    assert Product.objects.count() == 60
    assert Request.objects.count() == 300
    assert Deal.objects.count() == 300
    assert Lead.objects.count() >= 20
    assert Attachment.objects.count() > 40
    assert Event.objects.filter(kind="deal.noted").count() > 200
    assert Event.objects.filter(kind="deal.called").count() == 7
    assert RecordMember.objects.filter(role="coowner").count() > 20
    assert RecordTag.objects.count() > 40
    assert OPEN.filter(is_important=True).count() > 3
    assert set(Deal.objects.values_list("pipeline__name", flat=True)) == {"Equipment sales", "Service contracts"}


def test_a_second_run_is_refused_and_if_empty_does_nothing() -> None:
    before = Record.objects.count()
    with pytest.raises(CommandError):
        call_command("demo")
    call_command("demo", if_empty=True)
    assert Record.objects.count() == before


def test_nothing_but_plans_lies_in_the_future() -> None:
    moments = {
        Event: ("at", "recorded_at"), ChangeSet: ("at",), Record: ("touched_at",), StageTransition: ("entered_at",),
        Deal: ("created_at", "stage_since"), Request: ("created_at", "received_at"), Attachment: ("at",),
        Payment: ("created_at",), DealLine: ("created_at",), Company: ("created_at",), Contact: ("created_at",),
    }  # fmt: skip
    for model, names in moments.items():
        for name in names:
            assert not model.objects.filter(**{f"{name}__gt": NOON}).exists(), (model, name)
    assert not Deal.objects.filter(closed_on__gt=TODAY).exists()
    assert not Payment.objects.filter(certainty=Certainty.RECEIVED, on__gt=TODAY).exists()
    assert not Rate.objects.filter(day__gt=TODAY).exists()


def test_nobody_is_told_of_what_happened_long_ago() -> None:
    assert not EventDispatch.objects.exists()
    assert not Notification.objects.exclude(mail_due_at=None).exists()
    waiting = set(Job.objects.filter(done_at=None).values_list("handler", flat=True))
    assert waiting == {"customfields.index", "importing.forget"}
    assert not Job.objects.exclude(failed_at=None).exists()


def test_own_fields_and_the_questionnaire_are_filled_and_a_stage_asks_for_one(company: Scene) -> None:
    viewer = viewer_of(company.people["admin"])
    assert CustomField.objects.filter(questionnaire=None).count() == 6
    assert CustomField.objects.exclude(questionnaire=None).count() == 4
    for field in CustomField.objects.all():
        model = registry.get(field.type).model
        asked = ("is", ["1"]) if field.kind == FieldType.YES_NO else ("set", [])
        assert model.objects.filter(kind_of(model, name_of(field)).q(*asked, viewer)).count() > 9, field.key
    contract = Stage.objects.get(name="Contract", pipeline__name="Equipment sales")
    assert contract.required_fields == ["x_terms"]
    assert OPEN.filter(stage=contract).exists()


def test_every_saved_view_shows_something_to_its_owner() -> None:
    assert {view.reach for view in SavedView.objects.all()} == set(SavedView.Reach.values)
    for view in SavedView.objects.all():
        client = signed_in(view.owner)
        assert shown(client.get(f"{registry.get(view.type).url('list')}?view={view.pk}")), view.name
        assert view.name in client.get("/").content.decode()


def test_one_file_was_imported_and_another_waits_for_corrections() -> None:
    done, waiting = Import.objects.order_by("pk")
    assert (done.step, done.counts["failed"]) == (Step.DONE, 0)
    assert min(done.counts[key] for key in ("new", "updated", "unchanged")) > 0
    assert (waiting.step, waiting.counts["failed"]) == (Step.CHECKED, 2)


def test_who_sells_is_named_in_notes(company: Scene) -> None:
    for name in ("manager1", "manager2", "manager3", "head"):
        assert Notification.objects.filter(user=company.people[name], kind="mention", read_at=None).exists(), name


def test_about_a_third_of_the_deals_are_won_and_all_reasons_occur() -> None:
    outcomes = Counter(Deal.objects.exclude(closed_on=None).values_list("closing_reason__outcome", flat=True))
    assert 0.26 < outcomes[Outcome.WON] / outcomes.total() < 0.44
    used = set(Deal.objects.exclude(closed_on=None).values_list("closing_reason", flat=True))
    assert used == set(ClosingReason.objects.values_list("pk", flat=True))


def test_amounts_are_the_sums_of_their_lines() -> None:
    for deal in Deal.objects.prefetch_related("lines"):
        assert deal.amount == sum(line.total for line in deal.lines.all()), deal.name


def test_every_deal_has_its_stages_in_order_and_one_present_stage() -> None:
    for deal in Deal.objects.prefetch_related("transitions"):
        stays = sorted(deal.transitions.all(), key=lambda stay: stay.pk)
        assert stays[0].entered_at == deal.created_at
        assert [stay.left_at for stay in stays[:-1]] == [stay.entered_at for stay in stays[1:]]
        assert stays[-1].left_at is None
        assert stays[-1].stage_id == deal.stage_id


def test_payments_come_in_three_currencies_and_every_one_has_its_rate() -> None:
    received = Payment.objects.filter(certainty=Certainty.RECEIVED)
    assert set(received.values_list("currency__code", flat=True)) == {"EUR", "USD", "GBP"}
    assert not received.filter(amount_base=None).exists()
    for code in ("USD", "GBP"):
        days = set(Rate.objects.filter(currency__code=code).values_list("day", flat=True))
        assert {TODAY - timedelta(days=back) for back in range(25 * 31)} <= days


def test_money_came_in_each_of_24_months_and_more_is_expected() -> None:
    received = set(Payment.objects.filter(certainty=Certainty.RECEIVED).values_list("on__year", "on__month"))
    months = [clock.add_months(TODAY, -back) for back in range(24)]
    assert {(month.year, month.month) for month in months} <= received
    expected = Payment.objects.exclude(certainty=Certainty.RECEIVED)
    assert expected.filter(on__lt=TODAY).exists()
    for ahead in range(3):
        first, after = clock.add_months(TODAY, ahead), clock.add_months(TODAY, ahead + 1)
        assert expected.filter(on__gte=max(first, TODAY), on__lt=after).exists()
    coming = expected.filter(on__gte=TODAY, on__lt=clock.add_months(TODAY, 3))
    assert set(coming.values_list("certainty", flat=True)) == {"guaranteed", "high", "low"}


@pytest.mark.parametrize("name", ["manager1", "manager2", "manager3"])
def test_a_manager_has_steps_of_every_kind_and_requests_waiting(name: str, company: Scene) -> None:
    mine = OPEN.for_user(company.people[name]).filter(owner__username=name)
    assert mine.count() > 12
    assert mine.filter(next_step_on__lt=TODAY).exists()
    assert mine.filter(next_step_on=TODAY).exists()
    assert mine.filter(next_step_on__gt=TODAY).exists()
    assert mine.filter(next_step="").exists()
    waiting = Request.objects.for_user(company.people[name]).filter(status__in=Request.PENDING)
    for day in (TODAY, TODAY - timedelta(days=1)):
        start = clock.start_of_day(day, company.zone)
        theirs = waiting.filter(received_at__gte=start, received_at__lt=start + timedelta(days=1))
        assert theirs.filter(owner__username=name).exists()
        assert theirs.filter(owner=None).exists()


def test_every_other_role_has_something_to_do(company: Scene) -> None:
    people = company.people
    assert OPEN.for_user(people["head"]).filter(next_step_on__lt=TODAY).exists()
    for name in ("operator", "head", "executive", "admin"):
        assert Request.objects.for_user(people[name]).filter(status="new").exists(), name
    for name in ("accountant", "executive", "admin"):
        expected = Payment.objects.for_user(people[name]).exclude(certainty=Certainty.RECEIVED)
        assert expected.filter(on__lt=TODAY).exists(), name
        assert expected.filter(on__gte=TODAY, on__lte=TODAY + timedelta(days=7)).exists(), name


def test_addresses_and_numbers_reach_nobody() -> None:
    for model in (Company, Contact, Lead):
        for row in model.objects.all():
            assert row.email.endswith(".example") or not row.email, row
            assert "555" in row.phone or not row.phone, row
