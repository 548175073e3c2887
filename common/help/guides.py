"""The guides of the product as pages: Markdown from `docs/`, in the reader's language where there is one.

Anchors are made from the English headings and bold words and stand at the same places of every language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

from common.kinds.errors import NotVisible
from common.policy.principal import Principal

FOLDER = Path(settings.BASE_DIR) / "docs"
ORIGINAL = "en"
READER = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True)
class Guide:
    """A guide: its file, and who reads it."""

    key: str
    label: Promise
    icon: str
    for_administrators: bool = False


GUIDES = (
    Guide("user-guide", _("Working with it"), "book"), Guide("administration", _("Administration"), "settings"),
    Guide("operations", _("Running it"), "server", for_administrators=True),
)  # fmt: skip


@dataclass(frozen=True)
class Chapter:
    """A heading of the second level."""

    anchor: str
    title: str


@dataclass(frozen=True)
class Text:
    """A guide that was read: its title, chapters and HTML, every anchor in it, and the language it is in."""

    title: str
    language: str
    chapters: tuple[Chapter, ...]
    anchors: frozenset[str]
    html: SafeString


def readable(principal: Principal) -> list[Guide]:
    """The guides a person reads."""
    return [guide for guide in GUIDES if principal.is_administrator or not guide.for_administrators]


def get_guide(principal: Principal, key: str) -> Guide:
    """A guide the person reads. Raises `NotVisible`."""
    found = next((guide for guide in readable(principal) if guide.key == key), None)
    if found is None:
        raise NotVisible
    return found


def in_my_language(guide: Guide) -> Text:
    """A guide in the language of the page, else in English."""
    language = (get_language() or ORIGINAL).partition("-")[0]
    return text_of(guide.key, language if path_of(guide.key, language).exists() else ORIGINAL)


def path_of(key: str, language: str) -> Path:
    """The file of a guide."""
    return (FOLDER if language == ORIGINAL else FOLDER / language) / f"{key}.md"


@cache
def text_of(key: str, language: str) -> Text:
    """A guide in a language, made once for each process."""
    tokens = tokens_of(key, language)
    given = _anchors(key)
    known: set[str] = set()
    chapters: list[Chapter] = []
    for part, place, token, words in _places(tokens):
        anchor = given.get((part, place), "")
        if anchor:
            token.attrSet("id", anchor)
            known.add(anchor)
        if token.tag == "h2":
            chapters.append(Chapter(anchor, words))
    for token in _inline(tokens, "image"):
        _serve(token)
    title, body = tokens[1].content, tokens[3:]
    html = READER.renderer.render(body, READER.options, {})
    return Text(title, language, tuple(chapters), frozenset(known), _as_html(html))


def _as_html(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  # nosec B308 B703  # of our own files, HTML in which is text


def tokens_of(key: str, language: str) -> list[Token]:
    """What a guide consists of; the first heading is its title."""
    return READER.parse(path_of(key, language).read_text(encoding="utf-8"))


@cache
def _anchors(key: str) -> dict[tuple[int, int], str]:
    """The anchor at each place of the English guide: chapter, and number of the bold words in it; each once."""
    found: dict[tuple[int, int], str] = {}
    taken: set[str] = set()
    places = list(_places(tokens_of(key, ORIGINAL)))
    for part, place, _token, words in sorted(places, key=lambda at: at[1] > 0):
        anchor = slugify(words)
        if anchor and anchor not in taken:
            taken.add(anchor)
            found[part, place] = anchor
    return found


def _places(tokens: Sequence[Token]) -> Iterator[tuple[int, int, Token, str]]:
    """Where anchors may stand: every heading below the title and every bold word, with its chapter and number in it."""
    part, counted = 0, defaultdict[int, int](int)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            part += 1
            yield part, 0, token, _words(tokens[at + 1].children or [])
        for place, child in enumerate(token.children or ()):
            if child.type == "strong_open":
                counted[part] += 1
                yield part, counted[part], child, _words(_bold(token.children or [], place))


def _bold(children: Sequence[Token], place: int) -> list[Token]:
    found: list[Token] = []
    for child in children[place + 1 :]:
        if child.type == "strong_close":
            break
        found.append(child)
    return found


def _words(children: Sequence[Token]) -> str:
    return "".join(" " if child.type == "softbreak" else child.content for child in children if not child.nesting)


def _inline(tokens: Sequence[Token], kind: str) -> Iterator[Token]:
    for token in tokens:
        yield from (child for child in token.children or () if child.type == kind)


def _serve(image: Token) -> None:
    """Pictures are static files; with their size said, a page stands where it was opened while they come."""
    name = str(image.attrs["src"]).rpartition("/")[2]
    image.attrSet("src", static(f"help/{name}"))
    with (FOLDER / "pictures" / name).open("rb") as picture:
        head = picture.read(24)
    for side, place in (("width", 16), ("height", 20)):  # where a PNG says them
        image.attrSet(side, str(int.from_bytes(head[place : place + 4], "big")))
    image.attrSet("loading", "lazy")
