from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from common.kinds.errors import Forbidden, NotVisible
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest
from common.records import registry
from common.records.declaring import RecordType
from common.records.state import ListState
from common.records.views.base import viewer_of


def type_of(request: PersonRequest, key: str) -> RecordType:
    """The record type of the address. Raises `NotVisible` where there is none, `Forbidden` for who may not see it."""
    kind = registry.find(key)
    if kind is None:
        raise NotVisible
    if not principal_of(request.user).may(key, "view"):
        raise Forbidden
    return kind


def state_of(request: PersonRequest, kind: RecordType) -> ListState:
    """The list that the address describes; `layout` names its page."""
    verb = "board" if request.GET.get("layout") == "board" and kind.board is not None else "list"
    return ListState(kind, viewer_of(request), request.GET, verb)


def kept_of(state: ListState) -> dict[str, Any]:
    """What a saved view keeps of a list. Raises `BadFilter` for what cannot be asked."""
    _asked = state.condition
    return {
        "query": urlencode(state.query.pairs()), "sort": state.sort.key,
        "columns": [column.key for column in state.columns], "layout": state.verb,
    }  # fmt: skip
