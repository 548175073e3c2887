from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from common.changes import services as changes
from crm import matching, naming
from crm.keys import name_key, phone_key
from crm.matching import Asked
from crm.models import CompanyName
from tests.factories import common, crm

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Any:
    return common.user(department=common.department())


def best(matches: Any) -> tuple[Any, float, tuple[str, ...]]:
    return matches[0].record, matches[0].score, matches[0].reasons


def test_the_same_address_tells_a_contact_and_where_they_work(manager: Any) -> None:
    firm = crm.company("Lackwerk Moers GmbH & Co. KG", owner=manager)
    petra = crm.contact(
        first_name="Petra",
        last_name="Vogt",
        email="P.Vogt@lackwerk-moers.example",
        company=firm,
        owner=manager,
    )
    found = matching.find(manager, Asked(email="p.vogt@Lackwerk-Moers.example", first_name="Petra", last_name="Vogt"))
    record, score, reasons = best(found.contacts)
    assert (record, score) == (petra, 0.99)
    assert reasons == ("same e-mail", "same name")
    record, score, reasons = best(found.companies)
    assert (record, reasons) == (firm, ("Petra Vogt works there",))
    assert found.companies[0].is_chosen


def test_domain_and_a_like_name_together_choose_a_company(manager: Any) -> None:
    firm = crm.company("Lackwerk Moers GmbH", website="https://www.lackwerk-moers.example", owner=manager)
    crm.company("Lackfabrik Moritz", owner=manager)
    found = matching.find(manager, Asked(email="new@lackwerk-moers.example", company_name="Lackwerke Moers"))
    record, score, reasons = best(found.companies)
    assert (record, found.companies[0].is_chosen) == (firm, True)
    assert reasons[0].startswith("name 0.9")
    assert reasons[1] == "same e-mail domain"
    assert score <= matching.SURE


def test_a_domain_alone_is_offered_and_a_public_one_tells_nothing(manager: Any) -> None:
    firm = crm.company("Lackwerk", email="info@lackwerk.example", owner=manager)
    found = matching.find(manager, Asked(email="anna@lackwerk.example"))
    assert [(m.record, m.is_chosen) for m in found.companies] == [(firm, False)]
    crm.company("Private", email="private@gmail.com", owner=manager)
    assert not matching.find(manager, Asked(email="other@gmail.com")).companies


def test_colleagues_of_a_domain_tell_their_company(manager: Any) -> None:
    firm = crm.company("Lackwerk", owner=manager)
    crm.contact(email="anna@lackwerk.example", company=firm, owner=manager)
    found = matching.find(manager, Asked(email="petra@lackwerk.example"))
    assert [m.record for m in found.companies] == [firm]


def test_telephones_are_the_same_however_they_are_written(manager: Any) -> None:
    petra = crm.contact(phone="+49 (2841) 555-118", owner=manager)
    found = matching.find(manager, Asked(phone="02841 555118"))
    assert [(m.record, m.reasons) for m in found.contacts] == [(petra, ("same telephone",))]
    assert not matching.find(manager, Asked(phone="555118")).contacts


def test_names_are_the_same_without_their_legal_form_and_by_other_names(manager: Any) -> None:
    firm = crm.company("ООО «Ромашка»", alternative_names="Romashka Ltd, Chamomile", owner=manager)
    assert best(matching.find(manager, Asked(company_name="Ромашка")).companies)[0] == firm
    record, score, reasons = best(matching.find(manager, Asked(company_name="romashka")).companies)
    assert (record, score, reasons) == (firm, 0.85, ("also known as “romashka”",))
    assert matching.find(manager, Asked(company_name="ООО «РОМАШКА»")).companies[0].is_chosen


def test_a_like_name_alone_is_only_offered(manager: Any) -> None:
    firm = crm.company("Lackwerk Moers", owner=manager)
    match = matching.find(manager, Asked(company_name="Lackwerk Mörs")).companies[0]
    assert match.record == firm
    assert matching.OFFERED <= match.score < matching.CHOSEN
    assert not matching.find(manager, Asked(company_name="Granit Holding")).companies


def test_a_lead_is_known_by_address_and_a_person_of_a_likely_company_by_name(manager: Any) -> None:
    lead = crm.lead(first_name="Anna", last_name="Berg", email="anna@solo.example", owner=manager)
    assert best(matching.find(manager, Asked(email="anna@solo.example")).leads)[:2] == (lead, 0.97)
    firm = crm.company("Lackwerk Moers", email="info@lackwerk.example", owner=manager)
    petra = crm.contact(first_name="Petra", last_name="Vogt", company=firm, owner=manager)
    found = matching.find(manager, Asked(email="pv@lackwerk.example", first_name="P.", last_name="Vogt"))
    assert [m.record for m in found.contacts] == [petra]


def test_records_of_others_are_neither_shown_nor_hinted_at(manager: Any) -> None:
    other = common.user(department=common.department("Other"))
    firm = crm.company("Lackwerk Moers", email="info@lackwerk.example", alternative_names="LWM", owner=other)
    crm.contact(
        first_name="Petra",
        last_name="Vogt",
        email="p@lackwerk.example",
        phone="+49 2841 555118",
        company=firm,
        owner=other,
    )
    crm.lead(email="p@lackwerk.example", owner=other)
    mine = crm.contact(first_name="Unrelated", email="x@else.example", company=None, owner=manager)
    asked = Asked("p@lackwerk.example", "+49 2841 555118", "LWM", "", "Petra", "Vogt")
    found = matching.find(manager, asked)
    assert (found.companies, found.contacts, found.leads) == ([], [], [])
    assert matching.find(other, asked).companies
    assert matching.find(manager, Asked(email="x@else.example")).contacts[0].record == mine


def test_a_hidden_colleague_does_not_give_a_visible_company_away(manager: Any) -> None:
    other = common.user(department=common.department("Other"))
    firm = crm.company("Granit", owner=manager)
    crm.contact(email="p@lackwerk.example", company=firm, owner=other)
    assert not matching.find(manager, Asked(email="q@lackwerk.example")).companies


def test_reasons_are_in_the_language_of_who_reads(manager: Any) -> None:
    crm.company("Lackwerk Moers", owner=manager)
    with translation.override("ru"):
        reasons = matching.find(manager, Asked(company_name="Lackwerk Mörs")).companies[0].reasons
    assert "0,9" in reasons[0]


def test_the_number_of_queries_does_not_grow_with_the_candidates(manager: Any) -> None:
    asked = Asked("p@lackwerk.example", "02841 555118", "Lackwerk Moers", "", "Petra", "Vogt")
    matching.find(manager, asked)
    counts = []
    for _round in range(2):
        for _i in range(5):
            firm = crm.company(f"Lackwerk {common.number()}", email="info@lackwerk.example", owner=manager)
            crm.contact(last_name="Vogt", phone="02841 555118", company=firm, owner=manager)
        with CaptureQueriesContext(connection) as queries:
            found = matching.find(manager, asked)
        counts.append(len(queries))
        assert len(found.companies) <= matching.MOST_OFFERED
    assert counts[0] == counts[1]


def test_comparable_names_follow_the_company(manager: Any) -> None:
    firm = crm.company("Lackwerk Moers GmbH", alternative_names="LWM AG", owner=manager)
    changes.edit(firm, {"name": "Lackwerk Neuss GmbH", "alternative_names": "LWN"}, by=manager)
    keys = set(CompanyName.objects.filter(company=firm).values_list("key", "is_alternative"))
    assert keys == {("lackwerk neuss", False), ("lwn", True)}
    firm.refresh_from_db()
    naming.rebuild_names(firm)
    assert set(CompanyName.objects.filter(company=firm).values_list("key", "is_alternative")) == keys


@given(st.text(max_size=60))
def test_a_comparable_name_compares_as_itself(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)


@given(st.text(alphabet="+0123456789 ()-/.", max_size=30))
def test_a_comparable_number_is_at_most_nine_digits(phone: str) -> None:
    key = phone_key(phone)
    assert len(key) <= 9
    assert not key or key.isdigit()
