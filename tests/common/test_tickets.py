"""Tickets (common/numbering/tickets.py): made, checked and found in what mail programs make of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kinds import dictionary
from common.numbering import tickets
from common.numbering.models import SigningKey

pytestmark = pytest.mark.django_db
AROUND = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def test_a_ticket_is_sixteen_characters_that_cannot_be_misread() -> None:
    made = {tickets.new_ticket() for _n in range(500)}
    assert len(made) == 500
    for ticket in made:
        assert len(ticket) == 16
        assert set(ticket) <= set(tickets.ALPHABET)
        assert not set(ticket) & set("ILOU-_")
        assert tickets.is_ticket(ticket)
        assert tickets.is_ticket(ticket.lower())


def test_one_wrong_character_is_not_ours() -> None:
    ticket, caught = tickets.new_ticket(), 0
    for place in range(16):
        for other in set(tickets.ALPHABET) - {ticket[place]}:
            caught += not tickets.is_ticket(ticket[:place] + other + ticket[place + 1 :])
    assert caught >= 16 * 31 - 3  # three check characters let about one of 32768 pass


def test_another_key_knows_none_of_our_tickets() -> None:
    made = [tickets.new_ticket() for _n in range(50)]
    SigningKey.objects.filter(purpose="tickets").update(key=b"another key of thirty-two bytes!")
    dictionary.renew()
    assert sum(map(tickets.is_ticket, made)) <= 1


@given(before=AROUND, after=AROUND)
def test_a_tag_is_found_in_any_text(before: str, after: str) -> None:
    ticket = tickets.new_ticket()
    assert tickets.find(f"{before} {tickets.tag(ticket)} {after}") == ticket


def test_a_tag_survives_what_mail_programs_do_to_a_subject() -> None:
    ticket = tickets.new_ticket()
    for text in (
        f"RE: FW: [Ticket: {ticket.lower()} ] offer", f"AW: [ticket:{ticket[:7]}=\r\n{ticket[7:]}]",
        f"[ticket:{ticket[:9]}\n {ticket[9:]}]", f"  {ticket}\n", f"ticket:{ticket}", f"ticket {ticket.lower()}",
        f"[ticket:{'0' * 16}] and the right one [ticket:{ticket}]",
    ):  # fmt: skip
        assert tickets.find(text) == ticket, text


@given(AROUND)
def test_a_text_without_a_ticket_has_none(text: str) -> None:
    assert tickets.find(text) is None
    assert tickets.find(f"[ticket:{text[:16]}]") is None
