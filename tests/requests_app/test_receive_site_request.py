from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from common.changes.models import Submission
from common.delivery.models import Delivery
from common.events.models import Event, EventDispatch
from common.jobs import services as jobs
from requests_app import receivers, services
from requests_app.errors import TooManyPosts
from requests_app.models import FormPost, Request
from tests.conftest import Clock
from tests.factories import common, crm
from tests.factories.catalogue import product
from tests.factories.requests_app import request, site_form

pytestmark = pytest.mark.django_db
POSTED = {
    "name": "Pumps",
    "text": "Six pumps, please.",
    "first_name": "Petra",
    "email": "p@lackwerk.example",
    "phone": "",
}


def post(form: Any, nonce: str = "", visitor: str = "192.0.2.1", **more: Any) -> Request | None:
    return services.receive_site_request(form, {**POSTED, **more}, utm={}, visitor=visitor, nonce=nonce)


def test_a_post_lands_in_the_department_of_its_source_without_an_owner() -> None:
    sales = common.department()
    form, pump = site_form(sales), product()
    utm = {"utm_source": "fair", "utm_campaign": "x" * 500, "utm_other": "no"}
    made = services.receive_site_request(form, {**POSTED, "products": [pump]}, utm=utm, visitor="192.0.2.1", nonce="n1")
    assert made is not None
    assert (made.department, made.owner, made.source, made.status, made.channel) == (
        sales,
        None,
        form.source,
        "new",
        "site",
    )
    assert made.utm == {"utm_source": "fair", "utm_campaign": "x" * 200}
    assert list(made.products.all()) == [pump]
    event = Event.objects.get(subject=made.pk)
    assert (event.kind, event.via, event.actor, event.system) == ("request.created", "site", None, "site")


def test_the_same_form_counts_once() -> None:
    form = site_form(common.department())
    assert post(form, "n1") is not None
    assert post(form, "n1") is None
    assert post(form, "n2") is not None
    assert Request.objects.count() == 2


def test_a_machine_that_fills_the_hidden_field_leaves_no_trace() -> None:
    assert post(site_form(), "n1", **{services.HONEYPOT: "http://spam.example"}) is None
    assert not (Request.objects.exists() or FormPost.objects.exists() or Submission.objects.exists())


def test_a_visitor_who_posts_too_often_waits(clock: Clock) -> None:
    form = site_form(common.department())
    for _i in range(services.RATE_LIMIT):
        post(form)
    with pytest.raises(TooManyPosts):
        post(form, "n1")
    assert not Submission.objects.exists()
    assert post(form, visitor="192.0.2.2") is not None
    assert not FormPost.objects.filter(visitor__contains="192.0").exists()
    clock.move(minutes=11)
    assert post(form, "n1") is not None


def test_a_bad_post_stores_nothing_and_may_be_sent_again() -> None:
    form = site_form(common.department())
    for bad in ({"email": "nonsense"}, {"email": "", "phone": ""}, {"name": "x" * 201}):
        with pytest.raises(ValidationError):
            post(form, "n1", **bad)
    assert not (Request.objects.exists() or FormPost.objects.exists() or Submission.objects.exists())
    assert post(form, "n1") is not None


def test_who_may_answer_is_told_once_and_in_their_language() -> None:
    sales, other = common.department(), common.department("Other")
    manager = common.user(department=sales, language="ru")
    operator = common.user("operator", sales)
    common.user(department=other)
    common.user("executive", sales)
    common.user(department=sales, is_active=False)
    made = post(site_form(sales))
    assert made is not None
    jobs.run_due()
    assert set(Delivery.objects.values_list("recipient", flat=True)) == {manager.email, operator.email}
    mail = Delivery.objects.get(recipient=operator.email)
    assert mail.record_id == made.pk
    assert "Pumps" in mail.subject and "Six pumps" in mail.body
    for dispatch in EventDispatch.objects.all():
        receivers.tell_about_request(dispatch.event)
    assert Delivery.objects.count() == 2


def test_an_owner_is_told_and_who_entered_it_is_not() -> None:
    sales = common.department()
    manager, colleague = common.user(department=sales), common.user(department=sales)
    request(owner=manager)
    services.create_request({"name": "By telephone", "phone": "02841 555118"}, by=colleague)
    jobs.run_due()
    assert list(Delivery.objects.values_list("recipient", flat=True)) == [manager.email]


def test_a_request_dealt_with_meanwhile_tells_nobody() -> None:
    sales = common.department()
    manager = common.user(department=sales)
    made = request(sales, source=crm.source(sales))
    services.set_aside(made, reason="spam", by=manager)
    jobs.run_due()
    assert not Delivery.objects.exists()
