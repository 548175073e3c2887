"""Asks the pages of a record type over HTTP and reads their answers; makes values for filters and orders."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from common.kinds.guard import door
from common.people.models import User
from common.policy.principal import principal_of
from common.records import filtering, paging
from common.records.declaring import RecordType, Sort, Viewer
from common.records.filtering import NAMED_OPERATOR, FilterField

BOM = "\ufeff"
ONE_TIME = re.compile(rb"[A-Za-z0-9_-]{22,}")
"""Tokens that differ between two answers: nonces of forms and of the content policy, the forgery token."""


def signed_in(user: User) -> Client:
    """A client that this person uses."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def viewer_of(user: User) -> Viewer:
    """The person with what they may do now."""
    return Viewer(user, principal_of(user))


def body(response: Any) -> bytes:
    """The whole answer, streamed or not."""
    whole: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return whole


def shown(response: Any) -> list[int]:
    """The keys of the rows of a list page."""
    assert response.status_code == 200, response.content[:500]
    return [row["pk"] for row in response.context["table"]["rows"]]


def export(client: Client, url: str, query: Any = None, file_format: str = "csv") -> Any:
    """The answer to exporting the rows of a list."""
    return client.post(url, {"format": file_format}, query_params=query)


def exported(response: Any) -> list[list[str]]:
    """The rows of an export without its head."""
    text = body(response).decode()
    assert text.startswith(BOM), text[:20]
    return list(csv.reader(io.StringIO(text.removeprefix(BOM))))[1:]


def without_tokens(response: Any) -> bytes:
    """An answer as it is for everybody."""
    return ONE_TIME.sub(b"", body(response))


def filled(form: Any) -> dict[str, Any]:
    """What the browser would send of an untouched form."""
    sent: dict[str, Any] = {}
    for name in form.fields:
        value = form[name].value()
        if value is None or value is False or value == []:
            continue
        sent[name] = value if isinstance(value, list) else "on" if value is True else str(value)
    return sent


def queries(ask: Callable[[], Any]) -> int:
    """How many queries the second of two same answers takes."""
    body(ask())
    with CaptureQueriesContext(connection) as captured:
        response = ask()
        body(response)
    assert response.status_code == 200
    return len(captured)


def said_about(found: FilterField, obj: Any, viewer: Viewer) -> Iterator[str]:
    """Conditions on a field for the address: each operator with values that fit its kind."""
    for op in found.operators():
        values_of_op = _values_for(found, op, obj, viewer)
        # Of what a type leads to one value an operator will do: the random filters go through the rest.
        for values in values_of_op[:1] if found.way else values_of_op:
            tail = ",".join(quote(value, safe="") for value in values)
            yield f"{found.key}.{op}:{tail}" if values else f"{found.key}.{op}"


def _values_for(found: FilterField, op: str, obj: Any, viewer: Viewer) -> list[list[str]]:
    if found.named is not None:
        assert op == NAMED_OPERATOR
        if found.named.unit:
            return [["3"]]
        known = [value for value, _label in found.named.choices(viewer)]
        return [[value] for value in known] + [known]
    kind: Any = found.kind
    if op in ("empty", "set"):
        return [[]]
    if kind.input == "date":
        return _dates_for(op)
    if kind.input == "number":
        return [["10", "100,5"]] if op == "between" else [["10"], ["100,5"]]
    if kind.input == "bool":
        return [["0"], ["1"]]
    if kind.input == "choices":
        offered = [value for value, _label in kind.choices(viewer)][:3]
        own = getattr(obj, f"{found.key}_id", None)
        return [[value] for value in ([str(own)] if own else []) + offered] + ([offered] if offered else [["1"]])
    return [["a"], [getattr(obj, found.key, "") or "x%_"]]


def _dates_for(op: str) -> list[list[str]]:
    day = clock.now().date()
    span = [str(day), str(day + timedelta(days=3))]
    if op in ("last", "next", "older"):
        return [["3"]]
    if op == "in":
        return [["this-week"], ["overdue"], ["last-half-year"]]
    return {"is": [[str(day)], span, ["overdue"]], "between": [span]}.get(op, [[str(day)]])


def fields_of(kind: RecordType, viewer: Viewer) -> list[FilterField]:
    """What is offered in the filter menu of a type."""
    known = filtering.fields_of(kind, viewer)
    own = [entry for entry in known.values() if entry.named is None or entry.named.say is None]
    return [*own, *(entry for way in known.ways() for entry in known.beyond(way))]


def spread(objs: Sequence[Any], sort: Sort, beside: dict[str, Any]) -> None:
    """Give the rows values to be ordered by: each several times, and none for a third where that may be."""
    field: Any = objs[0]._meta.get_field(sort.column)
    now = clock.now()
    for step in range(30):
        keys = [obj.pk for index, obj in enumerate(objs) if index * 7 % 30 == step]
        value, more = _value_of(field, now, step), beside
        if field.null and step % 3 == 0:
            value, more = None, {}
        with door():
            type(objs[0])._base_manager.filter(pk__in=keys).update(**{sort.column: value}, **more)


def _value_of(field: Any, now: datetime, step: int) -> Any:
    if isinstance(field, models.DateTimeField):
        return now - timedelta(minutes=step)
    if isinstance(field, models.DateField):
        return now.date() - timedelta(days=step)
    return f"name {step // 2:02}"


def ordered(model: Any, sort: Sort) -> list[int]:
    """The keys of all rows as the order says: empty values last, ties by key."""
    rows = list(model.objects.values_list(sort.column, "pk"))
    valued = sorted((row for row in rows if row[0] is not None), reverse=sort.descending)
    empty = sorted((pk for value, pk in rows if value is None), reverse=sort.descending)
    return [pk for _value, pk in valued] + empty


def small_pages(patch: pytest.MonkeyPatch, size: int) -> None:
    """Let lists have this many rows a page."""
    patch.setattr(paging, "SIZE", size)
