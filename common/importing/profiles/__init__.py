"""Files of other systems: which one a file comes from, told by its heads, and what its columns mean.

A profile is a file beside this one: `name`, `files` (how its files are called), `ends` (words that begin the lines
after the table) and its `tables`, each with the `type` of its records, the shape of its `id`, the heads that no other
system has (`distinctive`) and for each of our fields the heads it has there, in any language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from common.importing.headers import plain
from common.importing.tables import Row
from common.importing.targets import NUMBER, OUTER, Target

FOLDER = Path(__file__).parent
OURS = "kontor"
DISTINCTIVE, NAMED, SHAPED, ENOUGH, AHEAD = 5, 3, 5, 8, 2
SHAPE_SAMPLE = 5


@dataclass(frozen=True)
class Table:
    """One kind of file of a system."""

    system: str
    name: str
    type: str
    files: tuple[str, ...]
    id: str
    distinctive: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    ends: tuple[str, ...] = ()
    heads: frozenset[str] = field(default_factory=frozenset)


@cache
def tables() -> tuple[Table, ...]:
    """Every kind of file that is known."""
    found = []
    for file in sorted(FOLDER.glob("*.toml")):
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        for part in said["tables"]:
            columns = {key: tuple(plain(head) for head in heads) for key, heads in part["columns"].items()}
            distinctive = frozenset(map(plain, part.get("distinctive", ())))
            heads = distinctive | {head for heads in columns.values() for head in heads}
            names = tuple(name.lower() for name in part.get("files", said.get("files", ())))
            found.append(Table(
                file.stem, said["name"], part["type"], names, part.get("id", ""), distinctive, columns,
                tuple(map(plain, said.get("ends", ()))), heads,
            ))  # fmt: skip
    return tuple(found)


def name_of(system: str) -> str:
    """What a system is called."""
    return next((table.name for table in tables() if table.system == system), "")


def table_of(system: str, type_key: str) -> Table | None:
    """The file of a system for records of a type."""
    return next((table for table in tables() if (table.system, table.type) == (system, type_key)), None)


def ends_of(system: str) -> Callable[[Row], bool]:
    """Whether a row is one of the lines that a system puts after its table."""
    ends = next((table.ends for table in tables() if table.system == system), ())
    return lambda row: bool(ends) and len(row) == 1 and plain(str(row[0])).startswith(ends)


def recognise(name: str, heads: Sequence[str], rows: Sequence[Row], types: Collection[str]) -> Table | None:
    """The kind of file this surely is, among those of these types; None where another comes near."""
    scored = [(score(table, name, heads, rows), table) for table in tables() if table.type in types]
    scored.sort(key=lambda item: -item[0])
    if not scored or scored[0][0] < ENOUGH:
        return None
    best, table = scored[0]
    rivals = [points for points, other in scored[1:] if (other.system, other.type) != (table.system, table.type)]
    return table if not rivals or best >= AHEAD * rivals[0] or _leads(best, rivals[0], table, heads) else None


def _leads(best: int, next_best: int, table: Table, heads: Sequence[str]) -> bool:
    """Ahead by more than a file name, with heads of its own that all stand there."""
    return best - next_best > NAMED and bool(table.distinctive & {plain(head) for head in heads})


def score(table: Table, name: str, heads: Sequence[str], rows: Sequence[Row]) -> int:
    """How much speaks for a kind of file: known heads, heads of its own, its name, the shape of its keys."""
    said = {plain(head) for head in heads} - {""}
    points = len(said & table.heads) + DISTINCTIVE * len(said & table.distinctive)
    points += NAMED * any(part in name.lower() for part in table.files)
    places = [i for i, head in enumerate(heads) if plain(head) in table.columns.get(OUTER, ())]
    if table.id and places:
        ids = [str(row[places[0]]) for row in rows[:SHAPE_SAMPLE] if places[0] < len(row)]
        points += SHAPED * (bool(ids) and all(re.fullmatch(table.id, key) for key in ids))
    return points


def fill(
    heads: Sequence[str], table: Table | None, targets: Mapping[str, Target], is_usable: Callable[[Target], bool]
) -> list[str]:
    """What each column probably fills: by the profile, else by its name; each field once."""
    taken: set[str] = set()
    found = [""] * len(heads)
    wishes = [table.columns] if table else []
    wishes.append({key: tuple(target.names) for key, target in targets.items()})
    for wish in wishes:
        for key, names in wish.items():
            if key not in targets or targets[key].name in taken or not is_usable(targets[key]):
                continue
            whole = targets[key].whole
            if whole is not None and taken & set(whole.fields):
                continue
            place = _first(heads, names, found)
            if place is not None:
                found[place] = key
                taken.add(targets[key].name)
    return found


def _first(heads: Sequence[str], names: Sequence[str], found: Sequence[str]) -> int | None:
    said = [plain(head) for head in heads]
    for name in names:
        for place, head in enumerate(said):
            if head == name and not found[place]:
                return place
    return None


def is_ours(heads: Sequence[str], targets: Mapping[str, Target]) -> bool:
    """Whether a file was exported here: the number first, and every head is one of our fields."""
    names = {name for target in targets.values() for name in target.names}
    said = [plain(head) for head in heads]
    return len(said) > 1 and said[0] in targets[NUMBER].names and sum(head in names for head in said) >= len(said) * 0.7
