"""What typed words find: the same rules for the palette, the search page, lists and choosers."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from common.changes import binning, purging
from common.changes import services as changes
from common.clock import now
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy.principal import principal_of
from common.records import finding, registry
from common.records.declaring import Viewer
from common.search import vocabulary
from common.search.selectors import hits
from common.spine.models import SearchText, SearchWord
from deals.models import Deal
from tests.factories import catalogue, common, crm, deals

pytestmark = pytest.mark.django_db


def viewer(user: User) -> Viewer:
    return Viewer(user, principal_of(user))


def found(typed: str, user: User, size: int = 5) -> list[RecordModel]:
    """What the palette shows."""
    return [row for group in hits.find(typed, viewer(user), size)[1] for row in group.rows]


@pytest.fixture
def boss() -> User:
    return common.user("administrator")


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Насос центробежный", "робеж"), ("Насос центробежный", "YFCJC"), ("Насос центробежный", "nasos"),
        ("Насос центробежный", "НАСОС центро"), ("Зелёный свет", "зеленый"), ("Зеленый свет", "зелёный"),
        ("Süd Mühle", "sud muhle"), ("Süd Mühle", "mühle"), ("Pump overhaul", "згьз"), ("Pump overhaul", "OVER pump"),
        ("Pump overhaul", "overhual"), ("Pump overhaul", "overhau"), ("Pump overhaul", "pumpp overrhaul"),
        ("Насос центробежный", "центрабежный"), ("Насос центробежный", "центробежн"), ("Кузнецов", "kuznetsov"),
        ("Kuznetsov & Co", "кузнецов"), ("Siemens", "сименс"),
        ("Valve 3/4\" 100%_x", "100%_x"), ("Valve 3/4\" 100%_x", '3/4"'),
    ],
)  # fmt: skip
def test_a_title_is_found_by(title: str, typed: str, boss: User) -> None:
    company = crm.company(title)
    crm.company("Something else")
    vocabulary.learn(None)
    assert found(typed, boss) == [company]


@pytest.mark.parametrize("typed", ["pump xyz", "ovvverhaul", "lorem", "pu mp xyz", "umps"])
def test_words_that_do_not_stand_there_find_nothing(typed: str, boss: User) -> None:
    crm.company("Pump overhaul")
    vocabulary.learn(None)
    assert found(typed, boss) == []


@pytest.mark.parametrize(
    "typed", ["+49 40 5550-214", "040/5550214", "(040) 5550 214", "5550214", "+4940 5550214", "hansa 040 5550 214"]
)
def test_a_telephone_is_found_in_any_format(typed: str, boss: User) -> None:
    company = crm.company("Hansa", phone="+49 (40) 5550-214")
    crm.company("Other", phone="+49 40 5550-215")
    assert found(typed, boss) == [company]


def test_eight_and_plus_seven_are_the_same_telephone(boss: User) -> None:
    contact = crm.contact(phone="+7 912 345-67-89")
    assert found("8 (912) 345-67-89", boss) == [contact] == found("89123456789"[1:], boss)


def test_numbers_find_their_record_first(boss: User) -> None:
    deal = deals.deal(boss)
    wide = crm.company(f"Plant {deal.number}{deal.number}")
    assert found(f"D-{deal.number}", boss)[0] == deal
    assert deal in found(f"#{deal.number}", boss) and deal in found(str(deal.number), boss)
    assert wide not in found(f"#{wide.number}0", boss)
    assert found(f"C-{wide.number}", boss)[0] == wide


@pytest.mark.parametrize("form", ["{}", "ticket:{}", "ticket {}", "[ticket:{}]", "Re: offer [Ticket: {} ]"])
def test_a_ticket_is_found_in_any_form(form: str, boss: User) -> None:
    deal = deals.deal(boss)
    assert found(form.format(deal.ticket), boss) == [deal]
    assert found(form.format(deal.ticket).lower(), boss) == [deal]


def test_below_three_letters_only_titles_that_begin_so_are_found(boss: User) -> None:
    begins, holds = crm.company("Öl und Gas"), crm.company("Bad Ölau")
    assert found("öl", boss) == [begins] and holds in found("öla", boss)
    assert found("ol", boss) == [begins]


def test_titles_that_begin_so_come_first_then_the_newest(boss: User) -> None:
    begins = crm.company("Hansa")
    rest = [crm.company(f"Works {n} of Hansa") for n in range(6)]
    assert found("hansa", boss) == [begins, *rest[:1:-1]]


def test_slips_are_looked_for_only_where_nothing_is_found_otherwise(boss: User) -> None:
    exact, near = crm.company("Kessel"), crm.company("Sessel")
    vocabulary.learn(None)
    assert found("kessel", boss) == [exact] and set(found("xessel", boss)) == {exact, near}


def test_the_bin_is_never_found(boss: User) -> None:
    company = crm.company("Hansa")
    binning.remove(company, by=boss)
    assert found("hansa", boss) == [] == found("ha", boss) == found(f"C-{company.number}", boss)


def test_hidden_contact_details_find_nothing() -> None:
    place = common.department()
    shown = common.user("manager", place)
    hidden = common.user("manager", place, withheld=["contacts"])
    contact = crm.contact(first_name="", last_name="", email="secret@acme.example", phone="+49 40 5550214", owner=shown)
    for typed in ("secret", "5550214", "+49 40 5550-214", "se", "acme"):
        assert found(typed, shown) == [contact], typed
        assert found(typed, hidden) == [], typed


def test_nobody_finds_what_they_do_not_see_by_word_number_ticket_or_beginning() -> None:
    closed = common.department(keeps_to_owners=True)
    owner, other = common.user("manager", closed), common.user("manager", closed)
    deal = deals.deal(owner, name="Verdichter")
    vocabulary.learn(None)
    for typed in ("verdichter", "ve", f"D-{deal.number}", deal.ticket, "verdchter"):
        assert deal in found(typed, owner) and deal not in found(typed, other), typed


def test_frequent_words_are_found_by_who_sees_little(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hits, "MOST", 5)
    monkeypatch.setattr(hits, "WALKED", 3)
    rare = common.user("manager", common.department())
    mine = [crm.company(f"Works {n} GmbH", owner=rare) for n in range(2)]
    for n in range(12):
        crm.company(f"Foreign {n} GmbH")
    assert set(found("gmbh", rare)) == set(mine)
    assert len(found("gmbh", boss)) == 5 and found("works gmbh", boss)


def test_lists_and_choosers_find_by_the_same_rules(boss: User, client: Any) -> None:
    company = crm.company("Насос-Сервис", phone="+49 40 5550214", owner=boss)
    crm.company("Something else", owner=boss)
    vocabulary.learn(None)
    client.force_login(boss)
    for typed in ("насос", "nasos", "yfcjc", "насоз-сэрвис", "040 5550-214", f"C-{company.number}", "на"):
        kind = registry.of(company)
        rows = company.__class__.objects.filter(finding.words_q(kind, typed, viewer(boss)))
        assert list(rows) == [company], typed
        listed = client.get("/companies/", {"q": typed, "all": 1}).content.decode()
        assert "Насос-Сервис" in listed and "Something else" not in listed, typed
    assert "Насос-Сервис" in client.get("/companies/choose/", {"q": "nasos"}).content.decode()


def test_words_follow_what_is_written_and_go_with_it(boss: User) -> None:
    company = crm.company("Alpha Verdichter")
    vocabulary.learn(None)
    company = changes.edit(company, {"name": "Beta Turbine"}, by=boss)
    assert found("verdichter", boss) == [] and found("turbine", boss) == [company]
    vocabulary.learn(None)
    vocabulary.tidy(None)
    assert set(SearchWord.objects.values_list("word", flat=True)) >= {"beta", "turbine"}
    assert not SearchWord.objects.filter(word="verdichter").exists()
    binning.remove(company, by=common.SETUP)
    purging.purge(company, by=common.SETUP)
    assert not SearchWord.objects.filter(word="turbine").exists()


def test_the_vocabulary_takes_in_what_was_touched_since(boss: User, clock: Any) -> None:
    crm.company("Alpha")
    vocabulary.learn(None)
    clock.move(hours=1)
    before = now()
    company = crm.company("Verdichter")
    with CaptureQueriesContext(connection) as made:
        vocabulary.learn(before)
    assert SearchWord.objects.filter(word="verdichter").exists() and found("verdihcter", boss) == [company]
    assert not any("alpha" in query["sql"] for query in made)


@pytest.mark.parametrize("count", [2, 22])
def test_the_number_of_queries_does_not_grow_with_hits(count: int, boss: User) -> None:
    for n in range(count):
        deals.deal(boss, name=f"Verdichter {n}", company=crm.company(f"Verdichterwerk {n}"))
    look = viewer(boss)
    hits.find("verdichter", look)
    with CaptureQueriesContext(connection) as made:
        groups = hits.find("verdichter", look)[1]
    assert len(groups) == 2 and len(made) == 5, "\n".join(query["sql"] for query in made)


TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)


@given(st.lists(TEXTS, max_size=4), st.sampled_from(["", "#", "D-", ">", "@", "ticket:", "+7 ", '"', "%", "* OR "]))
def test_no_query_is_too_strange(parts: list[str], before: str) -> None:
    boss = common.user("administrator")
    typed = before + " ".join(parts)
    hits.find(typed, viewer(boss))
    kind = registry.get("deals.deal")
    list(Deal.objects.filter(finding.words_q(kind, typed, viewer(boss))))


SYLLABLES = ["ver", "dich", "pum", "ёл", "насо", "süd", "werk", "тур", "x", "щи", "3/4", "łod"]


@given(
    names=st.lists(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=4).map("".join), min_size=1, max_size=6),
    data=st.data(),
)
def test_every_part_of_a_visible_title_finds_it_and_nobody_elses(names: list[str], data: st.DataObject) -> None:
    place = common.department(keeps_to_owners=True)
    one, other = common.user("manager", place), common.user("manager", place)
    made = [deals.deal(data.draw(st.sampled_from([one, other])), name=f"{name} {n}") for n, name in enumerate(names)]
    chosen = data.draw(st.sampled_from(made))
    word = chosen.name.split()[0]
    start = data.draw(st.integers(0, max(0, len(word) - 3)))
    part = word[start : start + data.draw(st.integers(3, 12))]
    for user in (one, other):
        rows = found(part, user, size=20)
        visible = {row.pk for row in Deal.objects.for_user(user)}
        assert {row.pk for row in rows if isinstance(row, Deal)} <= visible
        if chosen.pk in visible and len(part) >= 3:
            assert chosen in rows, (part, chosen.name)


def test_a_row_has_words_with_and_without_contacts_and_both_have_their_sounds() -> None:
    contact = crm.contact(first_name="Ольга", last_name="Müller", email="olga@acme.example")
    words = SearchText.objects.get(pk=contact.pk)
    assert words.text.endswith("olga muller") and "acme" in words.text
    assert words.open_text.endswith("olga muller") and "acme" not in words.open_text


def test_products_are_found_by_code(boss: User) -> None:
    product = catalogue.product(name="Diaphragm pump", code="P-34/2")
    assert found("p-34/2", boss)[0] == product
