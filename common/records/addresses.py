"""From an address back to the record whose page it is."""

from __future__ import annotations

from django.urls import Resolver404, resolve

from common.records.declaring import RecordType


def record_at(address: str) -> tuple[RecordType, int] | None:
    """The type and key of the record a page of ours is about; None for any other address. Whether it is there: ask."""
    try:
        match = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return None
    kind, pk = getattr(match.func, "view_initkwargs", {}).get("kind"), match.kwargs.get("pk")
    return (kind, pk) if kind is not None and pk is not None else None
