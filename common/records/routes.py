"""The addresses of a record type: fixed verbs, the same for all (ARCHITECTURE.md §5, "URLs")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from django.urls import URLPattern, path

from common.help import chapters
from common.policy.rules import Rule, declare
from common.records import registry
from common.records.declaring import RecordType
from common.records.views import (
    acting,
    bins,
    boards,
    bulk,
    calling,
    choosing,
    editing,
    exporting,
    filters,
    inline,
    lists,
    pages,
    papers,
    quick,
    sharing,
)
from common.records.views.base import RecordView

LISTS = "user-guide#lists-filters-and-views"
CHAPTERS = {
    "list": LISTS, "filter": LISTS, "print": "user-guide#export", "export": "user-guide#export",
    "new": "user-guide#forms", "edit": "user-guide#forms", "field": "user-guide#edit-where-it-stands",
    "quick": "user-guide#quick-add", "bulk": "user-guide#many-at-once", "history": "user-guide#history",
    "bin": "user-guide#bin", "bin-list": "user-guide#bin", "share": "user-guide#share",
}  # fmt: skip
"""The chapters of what all types have alike; of its own pages each type says one."""

Answer = Callable[..., HttpResponseBase]


def _view(view: type[RecordView], kind: RecordType, action: str | None = None) -> Answer:
    wanted = action or view.action
    return declare(view.as_view(kind=kind), Rule("permission", kind.key, wanted))


def urls(key: str, page: type[pages.PageView] = pages.PageView) -> list[URLPattern]:
    """Every page of a record type, each with its declared rule; `page` where its own page is special."""
    kind = registry.get(key)
    chapters.tell(kind.namespace, lambda match: CHAPTERS.get(match.url_name or "", kind.chapter))
    found: list[tuple[str, str, Any, str | None]] = [
        ("", "list", lists.ListView, None),
        ("totals/", "totals", lists.TotalsView, None),
        ("filter/", "filter", filters.FilterView, None),
        ("print/", "print", lists.PrintView, None),
        ("pdf/", "pdf", papers.ListPdfView, None),
        ("pdf/selected/", "pdf-selected", papers.RecordsPdfView, None),
        ("export/", "export", exporting.ExportView, None),
        ("choose/", "choose", choosing.ChooseView, None),
        ("bin/", "bin-list", bins.BinListView, None),
        ("bulk/<slug:name>/", "bulk", bulk.BulkView, None),
        ("<int:pk>/", "page", page, None),
        ("<int:pk>/peek/", "peek", inline.PeekView, None),
        ("<int:pk>/timeline/", "timeline", pages.TimelineView, None),
        ("<int:pk>/pdf/", "record-pdf", papers.RecordPdfView, None),
        ("<int:pk>/history/", "history", pages.HistoryView, None),
        ("<int:pk>/note/", "note", pages.NoteView, None),
        ("<int:pk>/call/", "call", calling.CallView, None),
        ("<int:pk>/files/<int:file_pk>/remove/", "file-remove", pages.FileRemoveView, None),
        ("<int:pk>/transfer/", "transfer", acting.TransferView, None),
        ("<int:pk>/bin/", "bin", bins.BinView, None),
        ("bin/empty/", "empty-bin", bins.EmptyBinView, None),
        ("<int:pk>/purge/", "purge", bins.PurgeView, None),
        ("<int:pk>/restore/", "restore", bins.RestoreView, None),
    ]
    if sharing.FIELD in kind.model.link_fields:
        found.append(("<int:pk>/share/", "share", sharing.ShareView, None))
    if kind.sections:
        found.append(("<int:pk>/field/<slug:field>/", "field", inline.FieldView, None))
        found += [("new/", "new", editing.NewView, None), ("<int:pk>/edit/", "edit", editing.EditView, None)]
    if kind.quick:
        found += [("new/quick/", "quick", quick.QuickView, None), ("alike/", "alike", quick.AlikeView, None)]
    if kind.board is not None:
        found += [
            ("board/", "board", boards.BoardView, None),
            ("board/totals/", "board-totals", boards.BoardTotalsView, None),
            ("board/column/", "board-column", boards.BoardColumnView, None),
            ("<int:pk>/move/", "move", boards.BoardMoveView, None),
        ]
    patterns = [path(route, _view(view, kind, action), name=name) for route, name, view, action in found]
    # Named actions ask the policy for their own action; the route admits who may see the type.
    patterns.append(path("<int:pk>/<slug:name>/", _view(acting.ActionView, kind, "view"), name="action"))
    return patterns
