"""What the palette does besides finding: pages to go to and things to make, given by the apps above."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from common.kinds.spelling import other_layout, spellings
from common.kinds.words import fold
from common.records.declaring import Viewer, Words


@dataclass(frozen=True)
class Command:
    """A line of the palette. `note` says where it belongs, `key` does the same.

    `posts`: it is done at once; `quick`: where its few fields are, asked for over the page one is on.
    """

    label: Words
    url: str
    icon: str = "chevron-right"
    note: Words = ""
    key: str = ""
    posts: bool = False
    quick: str = ""


Source = Callable[[Viewer], Iterable[Command]]
_sources: list[tuple[int, Source]] = []


def source(order: int, load: Source) -> None:
    """Add commands: `load(viewer)` gives those this person may use, without a query."""
    _sources.append((order, load))


def every(viewer: Viewer) -> list[Command]:
    """All commands of a person, in order."""
    return [command for _order, load in sorted(_sources, key=lambda entry: entry[0]) for command in load(viewer)]


def matching(typed: str, given: Iterable[Command]) -> list[Command]:
    """The commands each typed word is a part of, in their language or typed on the other keyboard."""
    words = [_wide(word) for word in fold(typed).split()]
    return [command for command in given if _fits(words, f"{command.label} {command.note}")]


def _wide(word: str) -> list[str]:
    other = fold(other_layout(word))
    return [*spellings(word), *([other] if other else [])]


def _fits(words: list[list[str]], label: str) -> bool:
    text = fold(label)
    return all(any(spelling in text for spelling in word) for word in words)
