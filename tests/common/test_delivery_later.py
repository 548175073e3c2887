"""Mails that the server puts off, and what happens to them in quarantine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from common import clock as product_clock
from common.delivery import outbound, services
from common.delivery.models import Delivery
from common.jobs import quarantine
from common.jobs import services as jobs
from tests.conftest import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(settings: Any) -> Callable[[], Delivery]:
    """Ask for a mail; a server is set, but nothing listens there."""
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    return lambda: services.send(to="a@example.org", subject="S", body="B", purpose="account")


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A mail server that always says later; what it was asked."""
    asked: list[Any] = []

    def transmit(message: Any, *_more: Any) -> None:
        asked.append(product_clock.now())
        raise outbound.Deferred("451 greylisted, come back")

    monkeypatch.setattr(outbound, "transmit", transmit)
    return asked


def test_a_mail_that_is_put_off_is_tried_for_48_hours_with_growing_pauses(
    mail: Callable[[], Delivery], busy: list[Any], clock: Clock
) -> None:
    delivery = mail()
    pauses = []
    while delivery.done_at is None:
        assert jobs.run("delivery", delivery.pk)
        delivery.refresh_from_db()
        if delivery.done_at is None:
            assert (delivery.state, delivery.error) == ("deferred", "451 greylisted, come back")
            pauses.append(delivery.due_at - product_clock.now())
            clock.move(seconds=pauses[-1].total_seconds() + 0.01)
    assert (delivery.state, delivery.failed_at) == ("failed", None)
    assert (delivery.error, delivery.sent_at) == ("451 greylisted, come back", None)
    assert product_clock.now() - delivery.created_at >= timedelta(hours=48)
    assert len(pauses) > jobs.MOST_ATTEMPTS
    assert [round(p.total_seconds()) for p in pauses[:-1]] == sorted(round(p.total_seconds()) for p in pauses[:-1])
    assert pauses[0] < timedelta(seconds=20)
    assert max(pauses) <= timedelta(hours=4)


def test_a_refused_mail_keeps_the_words_of_the_server(
    mail: Callable[[], Delivery], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_all: Any) -> None:
        raise outbound.Refused("550 no such user")

    monkeypatch.setattr(outbound, "transmit", refuse)
    delivery = mail()
    jobs.run_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("refused", "550 no such user")


def test_a_mail_that_is_taken_after_many_tries_is_sent(
    mail: Callable[[], Delivery], busy: list[Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = mail()
    for _try in range(11):
        jobs.run("delivery", delivery.pk)
        clock.move(hours=4.1)
    monkeypatch.setattr(outbound, "transmit", lambda *_all: None)
    assert jobs.run("delivery", delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("sent", "")


def test_in_quarantine_no_mail_leaves_whoever_asks(
    mail: Callable[[], Delivery], busy: list[Any], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    quarantine.start()
    delivery = mail()
    clock.move(days=3)
    assert jobs.run_due() == 0
    assert busy == []
    monkeypatch.undo()
    with pytest.raises(outbound.Deferred, match="quarantine"):
        outbound.transmit(services._as_message(delivery), "a@b.c", "d@e.f", lambda: None)
    monkeypatch.setattr(outbound, "transmit", lambda *_all: None)
    quarantine.release(by=None)
    assert jobs.run_due() == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_mails_that_waited_in_quarantine_can_be_kept(mail: Callable[[], Delivery]) -> None:
    quarantine.start()
    waiting, being_sent = mail(), mail()
    Delivery.objects.filter(pk=being_sent.pk).update(state="transmitting")
    assert services.waiting() == 2
    assert services.keep_waiting_mails() == 1
    quarantine.release(by=None)
    jobs.run_due()
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {waiting.pk: "skipped", being_sent.pk: "uncertain"}
