"""Every mail is a row that ends in one recorded state (common/delivery), against a real mail server."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from common.delivery import services
from common.delivery.models import Delivery
from common.jobs import services as jobs
from tests.conftest import Clock
from tests.factories import common
from tests.records.driving import signed_in
from tests.services.smtp import Sink, smtp_sink

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with smtp_sink() as running:
        settings.SMTP_URL = running.url
        yield running


def send(**values: Any) -> Delivery:
    given = {"to": "petra@halder.example", "subject": "Offer", "body": "Text", "purpose": "test", **values}
    return services.send(**given)


def ended(delivery: Delivery) -> Delivery:
    """The row after its turn in the queue."""
    jobs.run(services.QUEUE, delivery.pk)
    return Delivery.objects.get(pk=delivery.pk)


def arrived(sink: Sink) -> EmailMessage:
    [(_sender, _recipient, body)] = sink.messages
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_arrives_whole_and_once(sink: Sink) -> None:
    body = "Grüße,\n.one dot\n..two\nДобрый день\n"
    row = ended(send(subject="Angebot № 7 – Ünïcode", body=body, html="<p>Добрый день</p>"))
    assert (row.state, row.error) == (State.SENT, "")
    assert row.sent_at is not None
    message = arrived(sink)
    assert (message["Subject"], message["To"]) == ("Angebot № 7 – Ünïcode", "petra@halder.example")
    assert message["Message-ID"] == row.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == body
    assert "Добрый день" in html.get_content()
    assert ended(row).attempts == 1
    assert len(sink.messages) == 1


def test_line_breaks_in_an_address_or_subject_make_no_header(sink: Sink) -> None:
    ended(send(subject="Hello\r\nBcc: everybody@else.example", to="petra@halder.example\n"))
    message = arrived(sink)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: everybody@else.example"


def test_without_a_mail_server_it_stays_in_the_sandbox_and_is_never_sent_later(sink: Sink, settings: Any) -> None:
    settings.SMTP_URL = ""
    row = send()
    assert row.state == State.SKIPPED
    settings.SMTP_URL = sink.url
    assert ended(row).state == State.SKIPPED
    assert sink.messages == []


def test_the_same_message_id_is_one_mail(sink: Sink) -> None:
    first, second = (send(message_id="<one@kontor>") for _n in range(2))
    assert first.pk == second.pk
    ended(first)
    assert len(sink.messages) == 1


@pytest.mark.parametrize("verb", ["mail", "rcpt", "data", "body"])
def test_a_no_for_good_is_kept_in_the_servers_words(sink: Sink, verb: str) -> None:
    sink.replies[verb] = "550 no such person"
    row = ended(send())
    assert (row.state, row.error) == (State.REFUSED, "550 no such person")
    assert jobs.run_due() == 0


@pytest.mark.parametrize("verb", ["ehlo", "mail", "rcpt", "data", "body"])
def test_a_no_for_now_is_tried_again(sink: Sink, clock: Clock, verb: str) -> None:
    sink.replies |= {verb: "451 try later", "helo": "451 try later"}
    row = ended(send())
    assert row.state == State.DEFERRED
    assert "try later" in row.error
    sink.replies.clear()
    clock.move(hours=1)
    assert ended(row).state == State.SENT
    assert len(sink.messages) == 1


def test_a_server_that_is_away_is_tried_again(sink: Sink, settings: Any, clock: Clock) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    row = ended(send())
    assert row.state == State.DEFERRED
    settings.SMTP_URL = sink.url
    clock.move(hours=1)
    assert ended(row).state == State.SENT


def test_a_line_that_breaks_before_the_text_is_tried_again(sink: Sink) -> None:
    sink.replies["rcpt"] = "hang up"
    assert ended(send()).state == State.DEFERRED


def test_a_line_that_breaks_after_the_text_is_unknown_and_never_sent_again(sink: Sink, clock: Clock) -> None:
    sink.replies["body"] = "hang up"
    row = ended(send())
    assert row.state == State.UNCERTAIN
    sink.replies.clear()
    clock.move(days=1)
    assert ended(row).state == State.UNCERTAIN
    assert sink.messages == []


def test_a_worker_that_died_while_sending_leaves_an_unknown_outcome(sink: Sink) -> None:
    row = send()
    Delivery.objects.filter(pk=row.pk).update(state=State.TRANSMITTING)
    assert ended(row).state == State.UNCERTAIN
    assert sink.messages == []


def test_an_address_no_server_takes_is_refused(sink: Sink) -> None:
    row = ended(send(to="пётр@halder.example"))
    assert row.state == State.REFUSED
    assert "пётр@halder.example" in row.error
    assert sink.messages == []
    assert ended(send(to="petra@müller.example")).state == State.SENT
    assert [recipient for _sender, recipient, _body in sink.messages] == ["petra@xn--mller-kva.example"]


@pytest.mark.usefixtures("outbox")
def test_a_person_without_a_password_gets_one_by_mail(sink: Sink) -> None:
    common.own_company()
    person = common.user("manager", common.department(), username="new", email="new@nordhafen.example")
    person.set_unusable_password()
    person.save()
    browser = Client()
    assert browser.post("/accounts/password/reset/", {"email": person.email}).status_code == 302
    jobs.run_due()
    body = arrived(sink).get_body(("plain",))
    assert body is not None
    [address] = re.findall(r"https?://\S+", body.get_content())
    page = browser.get("/" + address.split("/", 3)[3], follow=True)
    browser.post(page.request["PATH_INFO"], {"password1": "Qx7-lantern-sky", "password2": "Qx7-lantern-sky"})
    assert Client().login(username="new", password="Qx7-lantern-sky")


def test_the_outbox_shows_every_mail_to_administrators_only(sink: Sink) -> None:
    ended(send(subject="Offer of pumps"))
    admin, seller = common.user("administrator"), common.user("manager", common.department())
    assert "Offer of pumps" in signed_in(admin).get("/outbox/").content.decode()
    assert signed_in(seller).get("/outbox/").status_code == 403


def test_what_opens_an_account_is_kept_encrypted_and_sent_readable(sink: Sink, settings: Any) -> None:
    row = send(subject="Your access", body="Open sesame", html="<p>Open sesame</p>", secret=True)
    assert "sesame" not in row.body + row.html
    admin = signed_in(common.user("administrator"))
    assert "kept encrypted" in (page := admin.get(f"/outbox/{row.pk}/").content.decode()) and "sesame" not in page
    assert ended(row).state == State.SENT
    text = arrived(sink).get_body(("plain",))
    assert text is not None and text.get_content().strip() == "Open sesame"
    other = send(subject="Your access", body="Open sesame", secret=True)
    settings.SECRET_KEY = "another key of another server, fifty characters long and more"
    assert (ended(other).state, len(sink.messages)) == (State.REFUSED, 1)


def test_without_a_mail_server_administrators_read_it_and_pass_it_on(settings: Any) -> None:
    row = send(subject="Your access", body="Open sesame", secret=True)
    admin = signed_in(common.user("administrator"))
    assert "Open sesame" in admin.get(f"/outbox/{row.pk}/").content.decode()
