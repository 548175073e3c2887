"""A form that is posted twice is accepted once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from common.changes import submissions
from common.changes.models import Submission
from common.changes.submissions import AlreadySubmitted
from crm.models import Company
from tests.factories import crm

pytestmark = pytest.mark.django_db


def submit(nonce: str) -> None:
    """What an accepted form does."""
    with submissions.once(nonce) as submission:
        company = crm.company()
        submission.url = f"/companies/{company.pk}/"


def test_the_second_post_of_a_form_writes_nothing_and_leads_where_the_first_did() -> None:
    nonce = submissions.new_nonce()
    submit(nonce)
    with pytest.raises(AlreadySubmitted) as again:
        submit(nonce)
    assert Company.objects.count() == 1
    assert again.value.url == f"/companies/{Company.objects.get().pk}/"


def test_a_form_that_was_refused_may_be_posted_again() -> None:
    nonce = submissions.new_nonce()
    with pytest.raises(ZeroDivisionError), submissions.once(nonce):
        crm.company()
        _ = 1 // 0
    assert not Company.objects.exists()
    submit(nonce)
    assert Company.objects.count() == 1


@pytest.mark.parametrize("nonce", ["", "x" * 65])
def test_without_a_usable_nonce_each_post_counts(nonce: str) -> None:
    submit(nonce)
    submit(nonce)
    assert Company.objects.count() == 2
    assert not Submission.objects.exists()


def test_nonces_are_not_guessable() -> None:
    assert len({submissions.new_nonce() for _n in range(100)}) == 100
    assert len(submissions.new_nonce()) == 24


@pytest.mark.django_db(transaction=True)
def test_two_posts_at_the_same_moment_make_one_record() -> None:
    nonce = submissions.new_nonce()
    gate = threading.Barrier(2)
    answers: list[str] = []

    def post() -> None:
        gate.wait()
        try:
            submit(nonce)
            answers.append("made")
        except AlreadySubmitted as again:
            answers.append(again.url)
        connection.close()

    threads = [threading.Thread(target=post) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [f"/companies/{Company.objects.get().pk}/", "made"]
