"""Hostile, wrong and huge values in addresses and posts: answered in words, never an error of the product."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.records import registry
from common.records.filtering import NamedFilter
from tests.access.http.scene import Scene, build, client_of, text_of
from tests.access.http.table import acts_on_many
from tests.factories import stored

pytestmark = pytest.mark.django_db

BAD_IDS = [
    "0", "-1", "1.5", "x", "9" * 18, "9" * 400, "٣", "⁵", "%00", "1%0d%0aX", "null", "../1", "1%27%20OR%201=1--",
]  # fmt: skip
WORDS = ["", "\x00", "a\x00b", "⁵", "9" * 400, "-1", "'\"<>&", "%", "_", "\\", "Ж" * 300, "\ud7ff\U0001f600", "{{x}}"]
FINE = {200, 204, 302, 303, 400, 403, 404, 422}


@pytest.fixture
def scene() -> Scene:
    return build()


@pytest.fixture
def client(scene: Scene) -> Client:
    """One who may everything: nothing is refused before the values are read."""
    return client_of(scene.people["administrator"])


def told(client: Client, path: str, data: Any = None, fine: set[int] = FINE) -> Any:
    """The answer, which is not an error of the product and never empty where it refuses."""
    response: Any = client.get(path, data or {})
    assert response.status_code in fine, (response.status_code, path, data)
    if response.status_code in (400, 404):
        assert "Traceback" not in text_of(response)
        assert len(text_of(response)) > 200, "a page in words"
    return response


@pytest.mark.parametrize("bad", BAD_IDS)
def test_a_wrong_id_in_an_address_is_not_found(client: Client, bad: str) -> None:
    paths = [f"/{kind.namespace}/{bad}/{verb}" for kind in registry.all_types() for verb in ("", "edit/", "history/")]
    for path in [*paths, f"/files/{bad}/x.txt", f"/settings/tags/{bad}/", f"/settings/{bad}/", f"/forms/{bad}/",
                 f"/signin/{bad}/", f"/outbox/{bad}/", f"/choose/{bad}/", f"/deals/1/{bad}/"]:  # fmt: skip
        response = client.get(path)
        assert response.status_code in (400, 404), path


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.key)
def test_hostile_filters_orders_and_pages_are_refused_in_words(client: Client, kind: Any, scale: float) -> None:
    names = [entry.key if isinstance(entry, NamedFilter) else entry for entry in registry.filters(kind)]
    values = ("x", "%00", "⁵", "9999-12-31", "0001-01-01", "1e400", "NaN", "9" * 30, "1e15", "-1", ",")
    operators = ("in", "is", "gte", "lte", "has", "not", "empty", "nope")
    bad = [f"{name}.{op}:{value}" for name in names for op in operators for value in values]
    bad = random.Random(kind.key).sample(bad, min(len(bad), round(120 * scale)))
    for text in [*bad, "", ".", "nope.in:1", "pk.in:1", "owner__password.has:x", "name", ":", "owner.in"]:
        told(client, kind.url("list"), {"f": text}, {200, 400})
    for field in ("sort", "view", "after", "any", "add", "cols"):
        for value in WORDS:
            told(client, kind.url("list"), {field: value}, {200, 302, 400})
    assert told(client, kind.url("list"), {"f": "nope.in:1"}).status_code == 400
    assert told(client, kind.url("list"), {"sort": "password"}).status_code == 400
    assert told(client, kind.url("list"), {"after": "forged"}).status_code == 400


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.key)
def test_strange_words_in_every_parameter_break_nothing(scene: Scene, client: Client, kind: Any) -> None:
    pk = scene.rows[kind.key].pk
    fields = [name for section in kind.sections for name in section.names]
    for word in WORDS:
        told(client, kind.url("list"), {"q": word}, {200})
        told(client, kind.url("choose"), {"q": word}, {200})
        told(client, kind.url("filter"), {"field": word})
        told(client, kind.url("new"), dict.fromkeys(fields, word), {200})
        told(client, kind.url("history", pk), {"who": word, "field": word, "via": word}, {200})
        told(client, kind.url("timeline", pk), {"before": word})
        told(client, kind.url("page", pk), {"tab": word}, {200})


def test_strange_words_on_boards_reports_and_settings(client: Client) -> None:
    for word in WORDS:
        told(client, "/deals/board/", {"pipeline": word})
        told(client, "/deals/board/column/", {"pipeline": word, "column": word, "start": word})
        for path in ("/reports/", "/reports/income/"):
            told(client, path, dict.fromkeys(
                ("period", "department", "owner", "pipeline", "stage", "start", "end", "format"), word))  # fmt: skip
        told(client, "/settings/stages/", {"of": word})
        told(client, "/settings/stages/new/", {"pipeline": word, "name": word})
        told(client, "/choose/people.user/", {"q": word}, {200})


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.key)
def test_strange_values_in_every_field_of_a_form_are_refused_there(scene: Scene, client: Client, kind: Any) -> None:
    fields = [name for section in kind.sections for name in section.names]
    row = scene.rows[kind.key]
    for word in [*WORDS, "x" * 100_000]:
        given = {**dict.fromkeys(fields, word), "base_version": word, "nonce": word[:70]}
        for path in (kind.url("new"), kind.url("edit", row.pk)):
            response = client.post(path, given)
            assert response.status_code in (303, 409, 422), (path, word[:20], response.status_code)


def test_strange_values_in_every_other_post(scene: Scene, client: Client) -> None:
    for kind in registry.all_types():
        pk = scene.rows[kind.key].pk
        for word in WORDS:
            posts = [
                (kind.url("transfer", pk), {"owner": word, "department": word, "nonce": word}),
                (kind.url("note", pk), {"text": word}),
                (kind.url("call", pk), {"outcome": word, "direction": word, "with": word, "said": word}),
                (kind.url("call", pk), {"outcome": "reached", "with": word, "said": word}),
                *((kind.url("bulk", name), {**data, "pk": [word, pk], "query": word, "keys": word, "nonce": word})
                  for name, data in acts_on_many(kind, scene, pk) if name != "bin"),
                (kind.url("bulk", "edit"), {"pk": pk, "field": word, "confirmed": word, "nonce": word}),
                *((kind.url("action", pk, action.name), dict.fromkeys(
                    ("nonce", "stage", "reason", "pipeline", "next_step", "next_step_on", "amount", "company",
                     "contact", "person", "outcome", "next"), word)) for action in registry.actions(kind)),
            ]  # fmt: skip
            if kind.board is not None:
                posts.append((kind.url("move", pk), {"stage": word}))
            for path, data in posts:
                response = client.post(path, data)
                assert response.status_code in {*FINE, 409}, (path, data, response.status_code)


def test_a_huge_post_is_refused_or_stored_within_limits(scene: Scene, client: Client) -> None:
    pk = scene.rows["crm.company"].pk
    before = stored.counts()
    too_many = {f"f{n}": "1" for n in range(2001)}
    assert client.post(f"/companies/{pk}/edit/", too_many).status_code == 400
    assert client.post(f"/companies/{pk}/note/", {"text": "x" * 3_000_000}).status_code in (303, 400, 413)
    call = {"outcome": "reached", "said": "x" * 3_000_000}
    assert client.post(f"/companies/{pk}/call/", call).status_code in (303, 400, 413)
    assert client.post("/companies/bulk/tag/", {"pk": ["1"] * 999}).status_code in (200, 400, 422)
    grown = stored.difference(before, stored.counts())
    assert grown <= {"events.Event", "events.EventLink", "events.ChangeSet", "events.EventDispatch"}


@pytest.mark.parametrize("path", ["/companies/", "/me/", "/deals/board/", "/"])
def test_another_method_is_refused(client: Client, path: str) -> None:
    for method in ("put", "delete", "patch"):
        assert getattr(client, method)(path).status_code in (200, 403, 405)


def test_json_where_a_form_belongs_changes_nothing(scene: Scene, client: Client) -> None:
    pk = scene.rows["crm.company"].pk
    response = client.post(f"/companies/{pk}/edit/", json.dumps({"name": "X"}), content_type="application/json")
    assert response.status_code == 422


@settings(suppress_health_check=list(HealthCheck))
@given(query=st.dictionaries(
    st.sampled_from(["q", "f", "any", "sort", "view", "after", "all", "add", "op", "v"]),
    st.one_of(st.text(max_size=30), st.from_regex(r"[a-z_]{1,8}\.(in|is|gte|has|not):[^\n]{0,8}", fullmatch=True)),
))  # fmt: skip
def test_no_random_address_of_a_list_breaks_it(client: Client, query: dict[str, str]) -> None:
    told(client, "/deals/", query, {200, 302, 400})
