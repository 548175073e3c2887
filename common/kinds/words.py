"""How text is made comparable: sorting and searching fold case, ё and compatibility forms alike."""

import re
import unicodedata

SPACES = re.compile(r"\s+")


def fold(text: str) -> str:
    """Casefolded, NFKC, ё as е, single spaces: both sides of every comparison go through here."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return SPACES.sub(" ", folded).strip()


def title_sort(title: str) -> str:
    """The sort key of a title: folded, accents removed, at most 120 characters."""
    decomposed = unicodedata.normalize("NFKD", fold(title))
    kept = (c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(kept))[:120]


def digits(text: str) -> str:
    """Only the digits: how telephone numbers are compared."""
    return "".join(c for c in text if c.isdigit())


def capital(words: object) -> str:
    """With a capital first letter."""
    text = str(words)
    return text[:1].upper() + text[1:]
