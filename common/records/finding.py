"""What typed words find: the one home of matching for lists, choosers, the palette and the search page.

Every word must stand in a record, as a part of a word at least, in one of its spellings. Where nothing is found that
way, words may have a slip or be typed on the other keyboard. Below three letters only titles that begin so are found.
Nobody finds a record by contact details that are hidden from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from common.kinds.spelling import is_one_slip, other_layout, spellings
from common.kinds.words import digits, fold, title_sort
from common.numbering import tickets
from common.records.declaring import RecordType, Viewer
from common.spine import fulltext
from common.spine.models import SearchText, SearchWord

LONGEST = 200
MOST_WORDS = 8
FEWEST_FOR_SLIP = 5
MOST_SLIPS = 12
HIGHEST_NUMBER = 2**31 - 1
LAST = "\U0010ffff"
NUMBER = re.compile(r"(?:#|([^\W\d_]{1,3})-)?(\d{1,10})")
LETTERS = re.compile(r"\w{3,}")
PHONE = re.compile(r"(?<![\w#-])[+(]?\d(?:[\d()+./–-]|\s(?=[\d(])){3,}\d(?!\w)")
PHONE_DIGITS, LOCAL_DIGITS = 5, 9
"""From how many digits on figures with signs between them may be a telephone; how many do without country codes."""

Word = tuple[str, ...]
Reading = tuple[Word, ...]


@dataclass(frozen=True)
class Asked:
    """What was typed: ways to read it, each of words, each with its spellings; and the number it may be.

    `prefix`: folded, of the type the number is of; empty: of any.
    """

    text: str
    readings: tuple[Reading, ...] = ()
    number: int | None = None
    prefix: str = ""

    @property
    def is_short(self) -> bool:
        """Whether no word has enough letters to be looked for inside of words."""
        return not self.readings

    def is_number_of(self, kind: RecordType) -> bool:
        """Whether it may be the number of a record of this type."""
        return self.number is not None and self.prefix in ("", fold(kind.prefix))


def read(typed: str) -> Asked:
    """Understand what was typed."""
    typed = typed.replace("\x00", "").strip()[:LONGEST]
    ticket = tickets.find(typed)
    if ticket:
        return Asked(fold(typed), (((ticket.casefold(),),),))
    text = fold(typed)
    found = NUMBER.fullmatch(text)
    number = int(found[2]) if found and 0 < int(found[2]) <= HIGHEST_NUMBER else None
    plain = [[_long(spellings(word)) for word in text.split()[:MOST_WORDS]], _with_phones(text)]
    readings = [tuple(words) for words in plain if any(len(word[0]) >= fulltext.SHORTEST for word in words)]
    return Asked(text, tuple(dict.fromkeys(readings)), number, (found[1] or "") if found else "")


def loosely(asked: Asked) -> Asked:
    """The same with slips of the finger and the other keyboard allowed, where it did not find anything; one query.

    Figures are taken as they are: who types a number means that one.
    """
    if asked.number is not None:
        return replace(asked, readings=())
    apart = tuple(_long(spellings(word)) for word in LETTERS.findall(asked.text)[:MOST_WORDS])
    readings = dict.fromkeys([*asked.readings, apart] if apart else asked.readings)
    typed = {word: _on_both_keyboards(word) for word in {word for reading in readings for word in reading}}
    slips = close_words({spelling for word in typed.values() for spelling in word})
    wide = {word: _with_slips(word, more, slips) for word, more in typed.items()}
    found = [tuple(wide[word] for word in reading) for reading in readings if reading not in asked.readings]
    found += [_untried(reading, tuple(wide[word] for word in reading)) for reading in asked.readings]
    return replace(asked, readings=tuple(reading for reading in found if all(reading)))


def _untried(tried: Reading, wide: Reading) -> Reading:
    """Of one word alone, only the spellings that were not looked for yet."""
    return (tuple(one for one in wide[0] if one not in tried[0]),) if len(tried) == 1 else wide


def _on_both_keyboards(word: Word) -> Word:
    other = other_layout(word[0])
    return _long([*word, *(spellings(fold(other)) if other else ())])


def _with_slips(word: Word, more: Word, slips: Mapping[str, Sequence[str]]) -> Word:
    """The spellings of a word and the known words near to them, but for those that hold one of them anyway."""
    near = [slip for spelling in more for slip in slips.get(spelling, ()) if not any(one in slip for one in word)]
    return tuple(dict.fromkeys([*more, *near]))


def _long(words: Iterable[str]) -> Word:
    """The spellings that the index knows, or all of them where the first is too short for it."""
    found = tuple(dict.fromkeys(words))
    if len(found[0]) < fulltext.SHORTEST:
        return found[:1]
    return tuple(word for word in found if len(word) >= fulltext.SHORTEST)


def _with_phones(text: str) -> list[Word]:
    """The words of a text in which what may be a telephone number is one word, found by its digits too."""
    words: list[Word] = []
    at = 0
    for run in PHONE.finditer(text):
        figures = digits(run[0])
        if len(figures) >= PHONE_DIGITS:
            words += [_long(spellings(word)) for word in text[at : run.start()].split()]
            words.append(tuple(dict.fromkeys([run[0], figures[-LOCAL_DIGITS:]])))
            at = run.end()
    words += [_long(spellings(word)) for word in text[at:].split()]
    return words[:MOST_WORDS]


def close_words(typed: Iterable[str]) -> dict[str, list[str]]:
    """For each word of at least five letters, the known words one slip away from it or from its beginning; one query.

    One slip leaves one half of a word whole, or swaps the two letters between the halves.
    """
    words = [word for word in typed if len(word) >= FEWEST_FOR_SLIP and word.isalpha()]
    if not words:
        return {}
    near = Q(pk__in=[])
    for word in words:
        half = len(word) // 2
        head, tail = word[:half], word[half:]
        swapped = word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]
        near |= Q(word=swapped) | _between("word", head, length__gte=len(word) - 1)
        near |= _between("back", tail[::-1], length__gte=len(word) - 1, length__lte=len(word) + 1)
    known = list(SearchWord.objects.annotate(length=Length("word")).filter(near).values_list("word", flat=True))
    return {word: [one for one in known if _is_near(word, one)][:MOST_SLIPS] for word in words}


def _between(column: str, beginning: str, **more: int) -> Q:
    return Q(**{f"{column}__gte": beginning, f"{column}__lt": beginning + LAST}, **more)


def _is_near(typed: str, known: str) -> bool:
    size = len(typed)
    return is_one_slip(typed, known) or any(is_one_slip(typed, known[: size + more]) for more in (-1, 0, 1))


def texts(asked: Asked, viewer: Viewer, *, by_index: bool = True) -> QuerySet[SearchText]:
    """The search texts that hold what was asked for; it is not short. Without the index for few rows that are known."""
    hides = viewer.principal.hides_contacts
    found = Q(pk__in=[])
    for reading in asked.readings:
        one = fulltext.holds(reading) if by_index else fulltext.contain("text", reading)
        found |= one & fulltext.contain("open_text", reading) if hides else one
    return SearchText.objects.filter(found)


def beginning(asked: Asked, viewer: Viewer) -> Q:
    """Rows whose title begins with what was typed; one that is a hidden address has no beginning."""
    start = title_sort(asked.text)
    found = Q(title_sort__startswith=start) & _between("title_sort", start)
    if viewer.principal.hides_contacts:
        found &= Q(record__search__open_text__contains=asked.text)
    return found


def rows_q(kind: RecordType, asked: Asked, viewer: Viewer) -> Q:
    """The rows of a type that were asked for."""
    found = beginning(asked, viewer) if asked.is_short else Q(pk__in=texts(asked, viewer).values("pk"))
    return found | Q(number=asked.number) if asked.is_number_of(kind) else found


def words_q(kind: RecordType, typed: str, viewer: Viewer) -> Q:
    """The rows of a type that typed words find: loosely, where this person finds none of it otherwise."""
    asked = read(typed)
    if not asked.text:
        return Q()
    found = rows_q(kind, asked, viewer)
    if asked.is_short or kind.model.objects.for_user(viewer.principal).filter(found).exists():
        return found
    loose = loosely(asked)
    return rows_q(kind, loose, viewer) if loose.readings else found


def marks(asked: Asked) -> list[str]:
    """All spellings that were looked for, the longest first: what is marked in a title."""
    every = {spelling for reading in asked.readings for word in reading for spelling in word}
    return sorted(every or {asked.text}, key=lambda spelling: (-len(spelling), spelling))
