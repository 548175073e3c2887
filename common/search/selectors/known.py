"""What the palette shows before anything is typed, and the people it finds."""

from __future__ import annotations

from collections.abc import Sequence

from common.kinds import dictionary
from common.kinds.spelling import other_layout, spellings
from common.kinds.words import fold
from common.people.models import User
from common.records import registry
from common.records.declaring import RecordType, Viewer
from common.search.models import Opened
from common.search.selectors import hits

RECENT = 6


def recently_opened(viewer: Viewer, most: int = RECENT) -> list[tuple[RecordType, object]]:
    """The records this person opened last and still sees, the newest first."""
    opened = Opened.objects.filter(user=viewer.user, record__deleted_at=None).order_by("-at")
    pairs = list(opened.values_list("record_id", "record__type")[: most * 2])
    rows: dict[int, tuple[RecordType, object]] = {}
    for key in dict.fromkeys(key for _pk, key in pairs):
        kind = registry.find(key)
        if kind is not None:
            keys = [pk for pk, other in pairs if other == key]
            rows |= {row.pk: (kind, row) for row in hits.rows_by_key(kind, keys, viewer)}
    return [rows[pk] for pk, _key in pairs if pk in rows][:most]


def people(typed: str, most: int = 20) -> list[User]:
    """Active people each word is a part of whose name."""
    found = dictionary.lookup("search.people", _load)
    words = [_wide(word) for word in fold(typed).split()]
    return [person for person, name in found if all(any(one in name for one in word) for word in words)][:most]


def person(pk: int) -> User | None:
    """An active person."""
    return next((person for person, _name in dictionary.lookup("search.people", _load) if person.pk == pk), None)


def _load() -> Sequence[tuple[User, str]]:
    rows = User.objects.filter(is_active=True).select_related("department")
    return [(row, " ".join(spelling for word in _name(row).split() for spelling in spellings(word))) for row in rows]


def _name(row: User) -> str:
    return fold(f"{row.full_name} {row.username}")


def _wide(word: str) -> list[str]:
    other = fold(other_layout(word))
    return [*spellings(word), *(spellings(other) if other else ())]
