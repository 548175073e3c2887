"""Every kind of cell escapes what it is given (common/records/cells.py)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.records import cells

HOSTILE = '"><script>alert(1)</script>&'
FULL: dict[str, Any] = {
    "text": HOSTILE, "url": HOSTILE, "title": HOSTILE, "when": HOSTILE, "iso": HOSTILE, "state": HOSTILE,
    "tone": HOSTILE, "icon": HOSTILE, "kind_icon": HOSTILE, "value": "high", "name": True, "star": True, "new": False,
    "tags": [HOSTILE], "pk": HOSTILE, "who": HOSTILE,
    "rule": {"word": HOSTILE, "tone": HOSTILE}, "people": [{"name": HOSTILE, "initials": "<b", "tint": HOSTILE}],
    "stage": {"outcome": "open", "index": 1, "of": 3, "tone": HOSTILE, "name": HOSTILE},
    "signals": [{"kind": "files", "label": HOSTILE}],
}  # fmt: skip


@pytest.mark.parametrize("kind", cells.DRAWN)
def test_a_cell_escapes_all_it_is_given(kind: str) -> None:
    drawn = cells.draw(kind, FULL)
    assert "<script" not in drawn
    assert '"">' not in drawn
    assert "<b" not in drawn.replace("<button", "")


@pytest.mark.parametrize("kind", sorted(set(cells.DRAWN) - {"stage", "certainty"}))
@pytest.mark.parametrize("state", ["overdue", "today", "none", ""])
@given(text=st.text(max_size=30))
def test_a_cell_draws_any_text_and_none(kind: str, state: str, text: str) -> None:
    assert cells.draw(kind, {"text": text, "when": text, "state": state}).count("<script") == 0
    assert cells.draw(kind, {"text": "", "when": "", "state": ""})


def test_rows_put_classes_beside_their_cells() -> None:
    drawn = [(cells.css("money", numeric=True, slot="amount"), cells.draw("money", {"text": "€5"}))]
    assert cells.row(drawn) == '<td class="k-c-money k-right k-s-amount"><span class="k-num">€5</span></td>'
