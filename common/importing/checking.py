"""The dry run: what would become of every row, and what is wrong with it. Writes no record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from django.db.models import Count

from common.importing import access
from common.importing.deciding import Decider, Decision
from common.importing.finding import Finder, Found
from common.importing.meaning import Interpreter, Meant
from common.importing.models import Import, ImportRow, OnMatch, Outcome
from common.importing.vocabulary import REST, Vocabulary
from common.jobs import services as jobs
from common.kinds import dictionary
from common.kinds.words import fold
from common.policy.principal import principal_of
from common.records import registry
from common.records.declaring import Viewer

CHUNK = 500
MOST_UNKNOWN, LONGEST_UNKNOWN = 1_000, 200
"""How many texts of a column one is asked about at most, and how long they are; others are refused row by row."""
FIELDS = ("outcome", "errors", "record", "seen")


class Bench:
    """Everything that is needed to say what becomes of the rows of an import, with its person's rights now."""

    def __init__(self, imp: Import, *, foresees: bool = True) -> None:
        self.imp, self.kind = imp, registry.get(imp.type)
        self.viewer = Viewer(imp.by, principal_of(imp.by))
        access.require(self.viewer.principal, self.kind)
        self.reader = Interpreter(imp, self.kind, self.viewer)
        self.finder = Finder(imp, self.kind, self.viewer, self.reader)
        self.decider = Decider(imp, self.kind, self.viewer, self.reader, self.finder, foresees=foresees)


def check(imp: Import) -> None:
    """Say of every row what would become of it, 500 a transaction. Run twice, it begins anew."""
    job, bench, done = jobs.current(), Bench(imp), 0
    while rows := list(imp.rows.filter(line__gt=done).order_by("line")[:CHUNK]):
        with dictionary.held():
            check_rows(bench, rows)
        done = rows[-1].line
        jobs.progress(job, done, imp.total)
    imp.counts = count(imp)


def check_rows(bench: Bench, rows: Sequence[ImportRow]) -> None:
    """Say of these rows what would become of them."""
    meants = bench.reader.chunk(rows)
    found = bench.finder.find(meants)
    relations = bench.decider.begin(found)
    for meant, fit in zip(meants, found, strict=True):
        earlier = None if meant.errors else bench.finder.in_file(meant, fit)
        if earlier is not None:
            decision = _like_earlier(bench, meant, earlier)
        else:
            decision = bench.decider.decide(meant, fit, relations)
        if decision.outcome == Outcome.NEW:
            bench.finder.remember(meant, fit)
        _note(meant, fit, decision)
    store(rows, FIELDS)


def store(rows: Sequence[ImportRow], fields: Sequence[str]) -> None:
    """Store what was said of rows in one statement; several times faster than `bulk_update`."""
    ImportRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _like_earlier(bench: Bench, meant: Meant, line: int) -> Decision:
    """A row that means what an earlier one makes."""
    if bench.imp.on_match == OnMatch.SKIP:
        return Decision(Outcome.SKIPPED)
    cells = bench.imp.rows.values_list("cells", flat=True).get(line=line)
    same = all(
        (cells[place] if place < len(cells) else "") == bench.reader.cell(meant.row.cells, place)
        for place, _target in bench.reader.columns
    )
    return Decision(Outcome.UNCHANGED if same else Outcome.UPDATED)


def _note(meant: Meant, fit: Found, decision: Decision) -> None:
    row = meant.row
    row.outcome, row.errors = decision.outcome, errors_of(meant)
    obj = fit.obj or fit.binned
    row.record_id, row.seen = (obj.pk, obj.version) if obj is not None else (None, None)


def errors_of(meant: Meant) -> list[dict[str, object]]:
    """What is wrong with a row, as it is stored."""
    return [{"column": column, "text": text} for column, text in meant.errors]


def count(imp: Import) -> dict[str, int]:
    """How many rows there are of each outcome; together they are all rows."""
    found = imp.rows.exclude(outcome="").order_by().values_list("outcome").annotate(Count("pk"))
    return {**dict.fromkeys(Outcome.values, 0), **dict(found)}


def unknown(imp: Import) -> dict[str, list[tuple[str, int]]]:
    """The texts that stand for no entry of their list, with how often they stand there, the most frequent first."""
    reader = Bench(imp).reader
    chosen = [(place, target, reader.vocabularies[target.key]) for place, target in reader.columns if target.is_chosen]
    counted: dict[str, Counter[str]] = {target.key: Counter() for _place, target, _words in chosen}
    if not chosen:
        return {}
    for cells in imp.rows.values_list("cells", flat=True).iterator(chunk_size=CHUNK):
        for place, target, _words in chosen:
            text = str(reader.cell(cells, place)).strip()
            if text and len(text) <= LONGEST_UNKNOWN:
                counted[target.key][text] += 1
    for _place, target, words in chosen:
        if target.is_set:
            counted[target.key] = _split(words, counted[target.key])
    unknown = {target.key: _most(words, counted[target.key]) for _place, target, words in chosen}
    return {key: texts for key, texts in unknown.items() if texts}


def _most(words: Vocabulary, counted: Counter[str]) -> list[tuple[str, int]]:
    unknown = ((text, times) for text, times in counted.most_common() if words.is_unknown(text))
    return list(islice(unknown, MOST_UNKNOWN))


def _split(words: Vocabulary, counted: Counter[str]) -> Counter[str]:
    """The names in cells that hold several, counted."""
    found: Counter[str] = Counter()
    for text, times in counted.items():
        found.update(dict.fromkeys(words.split(text), times))
    return found


def unanswered(imp: Import) -> int:
    """How many of the unknown texts nobody said anything about."""
    answers = imp.choices
    return sum(
        1 for key, texts in imp.unknown.items() for text, _times in texts
        if not (answers.get(key, {}).get(fold(text)) or answers.get(key, {}).get(REST))
    )  # fmt: skip
