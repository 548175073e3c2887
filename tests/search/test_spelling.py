"""What a typed word may mean, rule by rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.kinds.spelling import is_one_slip, other_layout, plain, sound, spellings, with_sounds
from common.kinds.words import fold

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20).map(fold)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ghbdtn", "привет"), ("yfcjc", "насос"), ("k.,jdm", "любовь"), ("руддщ", "hello"), ("згьз", "pump")],
)
def test_a_word_typed_on_the_other_keyboard_is_understood(typed: str, meant: str) -> None:
    assert other_layout(typed) == meant


def test_figures_are_the_same_on_every_keyboard() -> None:
    assert other_layout("12-34") == ""


@pytest.mark.parametrize(
    ("russian", "written"),
    [
        ("кузнецов", "kuznetsov"), ("кузнецов", "kuznecov"), ("юлия", "yuliya"), ("юлия", "iuliia"),
        ("юлия", "julija"), ("мухин", "mukhin"), ("щербаков", "shcherbakov"), ("щербаков", "scherbakov"),
        ("ольга", "olga"), ("соловьев", "solovyev"), ("соловьев", "solovyov"), ("насос", "nasos"),
        ("максим", "maxim"), ("киів", "kyiv"),
    ],
)  # fmt: skip
def test_russian_words_are_found_however_they_are_written_in_latin_letters(russian: str, written: str) -> None:
    kept = with_sounds(russian)
    assert any(spelling in kept for spelling in spellings(written))


@pytest.mark.parametrize(
    ("latin", "typed"),
    [("siemens", "сиеменс"), ("yandex", "яндекс"), ("nasos", "насос"), ("julija", "юлия"), ("maxima", "максима")],
)
def test_latin_words_are_found_by_russian_letters(latin: str, typed: str) -> None:
    kept = with_sounds(latin)
    assert any(spelling in kept for spelling in spellings(typed))


def test_accents_need_not_be_typed_and_й_is_no_accent() -> None:
    assert (plain("müller"), plain("gdańsk"), plain("malmö"), plain("łódź")) == ("muller", "gdansk", "malmo", "lodz")
    assert plain("йод") == "йод" and "muller" in with_sounds("müller")


def test_plain_words_are_kept_once() -> None:
    assert with_sounds("pump overhaul 12") == "pump overhaul 12"
    assert with_sounds(with_sounds("насос süd насос")) == "насос süd насос nasos sud"


@pytest.mark.parametrize("known", ["valve", "valves", "valv", "vlave", "vaive", "avalve"])
def test_one_slip_is_a_letter_less_more_wrong_or_two_swapped(known: str) -> None:
    assert is_one_slip("valve", known) and is_one_slip(known, "valve")


@pytest.mark.parametrize("known", ["vlaev", "pump", "vaxxe", "valvess", "val"])
def test_two_slips_are_too_many(known: str) -> None:
    assert not is_one_slip("valve", known)


@given(WORDS)
def test_no_word_is_too_strange(word: str) -> None:
    assert word in {*spellings(word), ""}
    assert isinstance(sound(word), str) and isinstance(other_layout(word), str) and isinstance(with_sounds(word), str)


@given(st.text("абвгдежзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=12))
def test_there_and_back_on_the_keyboard_is_the_same_word(word: str) -> None:
    assert other_layout(other_layout(word)) == word


@given(st.text("abcdefgh", min_size=1, max_size=9), st.data())
def test_any_slip_is_seen(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    wrong = data.draw(st.sampled_from(["x" + word[at:], word[at + 1 :], "x" + word[at + 1 :]]))
    assert is_one_slip(word, word[:at] + wrong)
