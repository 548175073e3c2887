"""What a typed word may mean: in other letters, on another keyboard, with one slip of the finger. Words are folded."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

CYRILLIC = re.compile(r"[а-яіїєґў]")
SOUNDS = dict(zip(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў",
    "a b v g d e zh z i i k l m n o p r s t u f h ts ch sh sch - i - e iu ia i i e g u".replace("-", "_").split(),
    strict=True,
))  # fmt: skip
SILENT = "_"
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
"""Letters of the Latin alphabet that are no letter with an accent."""

SAME_SOUND = (
    ("shch", "sch"), ("kh", "h"), ("tz", "ts"), ("ye", "e"), ("je", "e"), ("y", "i"), ("j", "i"), ("w", "v"),
    ("x", "ks"), ("ck", "k"), ("ph", "f"), ("q", "k"),
)  # fmt: skip
"""How the same sound is spelled in Latin letters, and how it is spelled here. In this order."""

SCHEMES: tuple[Mapping[str, str], ...] = (
    {"й": "y", "х": "kh", "щ": "shch", "ы": "y", "ю": "yu", "я": "ya"},
    {"х": "kh", "щ": "shch", "ы": "y"},
    {"й": "j", "ц": "c", "ы": "y", "ю": "ju", "я": "ja"},
)
"""How Russian names are written in Latin letters: in English, in passports, as in Slavic languages."""

KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + '{}:"<>~'
KEYS_RU = "йцукенгшщзхъфывапролджэячсмитьбюе" + "хъжэбюе"
TO_RUSSIAN = str.maketrans(KEYS, KEYS_RU)
TO_ENGLISH = str.maketrans(KEYS_RU[:32], KEYS[:32])


def plain(word: str) -> str:
    """Without accents; Cyrillic letters stay as they are."""
    letters = []
    for letter in word:
        if letter in LETTERS:
            letters.append(LETTERS[letter])
        elif letter < "\u0370":
            letters += [c for c in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(c)]
        else:
            letters.append(letter)
    return "".join(letters)


def sound(word: str) -> str:
    """The word by its sound in plain Latin letters: "кузнецов" and "Kuznetsov" are the same."""
    if CYRILLIC.search(word):
        written = "".join(SOUNDS.get(letter, letter) for letter in word).replace(SILENT, "")
    else:
        written = plain(word)
        for spelled, here in SAME_SOUND:
            written = written.replace(spelled, here)
    return written.replace("ii", "i")


def spellings(word: str) -> list[str]:
    """The word itself, and how else the same word may stand in a text, whose words are kept with their sound."""
    found = [word, plain(word)]
    if CYRILLIC.search(word):
        for scheme in SCHEMES:
            found.append("".join(scheme.get(c, SOUNDS.get(c, c)) for c in word).replace(SILENT, ""))
        found.append(found[2].replace("ks", "x"))
    elif word.isascii() and word.isalpha():
        found += [sound(word), sound(re.sub("yo|jo", "e", word)), sound(re.sub("c(?!h|k)", "ts", word))]
    return [one for one in dict.fromkeys(found) if one]


def with_sounds(text: str) -> str:
    """A folded text with the sound of each of its words that has other than plain Latin letters; again: the same."""
    words = text.split()
    sounds = (sound(word) if CYRILLIC.search(word) else plain(word) for word in words if not word.isascii())
    return " ".join(dict.fromkeys([text, *(heard for heard in sounds if heard and heard not in words)]))


def other_layout(word: str) -> str:
    """The word as the same keys give it on the other keyboard: "ghbdtn" is "привет". Empty if that is none."""
    if CYRILLIC.search(word):
        return word.translate(TO_ENGLISH)
    typed = word.translate(TO_RUSSIAN)
    return typed if CYRILLIC.search(typed) else ""


def is_one_slip(one: str, other: str) -> bool:
    """Whether one letter is missing, too many, wrong, or two neighbours are swapped; equal words are too."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        start += 1
    a, b = one[start:], other[start:]
    if not a or not b:
        return True
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
