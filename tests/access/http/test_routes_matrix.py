"""Every route, called by everybody: who may, may; who may only see is told so; the rest find nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.records import registry
from tests.access.http import table
from tests.access.http.scene import SECRET, Scene, ask, build, client_of, text_of
from tests.access.http.table import Call
from tests.factories import common

pytestmark = pytest.mark.django_db

FINE = {200, 204, 302, 303, 422}
"""What an allowed call may answer: done, led on, or told what is missing in the form."""


NO_PASSWORD = {*FINE, 403}
UNLIKE_OTHERS = {
    "account_reauthenticate": {403}, "mfa_activate_totp": NO_PASSWORD, "mfa_generate_recovery_codes": NO_PASSWORD,
    "mfa_reauthenticate": NO_PASSWORD,
}  # fmt: skip
"""These people have no password to be asked for again."""
BY_RULE = {"public": {200, 302, 405}, "second factor": {302, 404}}
"""Nobody here has a second factor."""


HIDDEN = {
    "files:serve", "search:actions", "notifications:attend", "notifications:reply", "notifications:people",
    *(f"duplicates:{verb}" for verb in ("list", "look", "selected", "compare", "of", "pair", "again", "separate")),
}  # fmt: skip
"""Routes that name a record of any type: to who sees none of its type it is not there."""


@pytest.fixture
def scene() -> Scene:
    return build()


def expected(call: Call, who: str) -> set[int]:
    """The statuses the rule allows."""
    if who == "anonymous" and call.rule != "public":
        return {302}
    if call.rule in BY_RULE:
        return BY_RULE[call.rule]
    if call.route in UNLIKE_OTHERS:
        return UNLIKE_OTHERS[call.route]
    if call.rule == "own":
        return FINE if who == "administrator" else {404}
    if call.rule == "signed-in" or who == "administrator":
        return FINE
    if call.rule == "maker":
        return {404}  # a stranger made it
    if call.type == "setup" or who == "nobody":
        return {404} if call.route in HIDDEN else {403}
    if not call.row:
        # An action on many rows or the page of a type: the rows decide, each for itself.
        return {*FINE, 403} if call.type == "analytics.report" else FINE
    if who == "allowed" or (who == "visible" and call.action == "view"):
        return FINE
    return {403} if who == "visible" else {404}


def test_every_route_is_in_the_table(scene: Scene) -> None:
    known = {call.route for call in table.calls(scene)}
    known |= {f"{kind.namespace}:action" for kind in registry.all_types() if not registry.actions(kind)}
    assert set(table.all_routes()) - known == set(), "Say in table.py how the matrix calls these routes."
    assert known - set(table.all_routes()) == set()


@pytest.mark.parametrize("who", ["allowed", "visible", "invisible", "nobody", "administrator", "anonymous"])
def test_each_route_answers_as_its_rule_says(scene: Scene, who: str) -> None:
    client = client_of(scene.people[who])
    wrong = []
    for call in table.calls(scene):
        with CaptureQueriesContext(connection) as asked:
            response: Any = ask(client, call.method, call.path, call.data)
        said = f"{call.method} {call.path} ({call.route}, {call.type} {call.action})"
        if response.status_code not in expected(call, who):
            wrong.append(f"{said}: {response.status_code} instead of {expected(call, who)}")
        elif response.status_code in (403, 404) and SECRET in text_of(response):
            wrong.append(f"{said}: tells what it refuses to show")
        elif who == "anonymous" and call.rule != "public" and not response["Location"].startswith("/accounts/login/"):
            wrong.append(f"{said}: leads to {response['Location']}")
        if (response.status_code in (403, 404) or who == "anonymous") and (done := writes(asked)):
            wrong.append(f"{said}: refused, but {done[0]}")
    assert not wrong, "\n".join(wrong)


def writes(asked: CaptureQueriesContext) -> list[str]:
    """The statements that change something other than the session."""
    verbs = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE")
    statements = [query["sql"].lstrip() for query in asked.captured_queries]
    return [sql[:150] for sql in statements if sql.upper().startswith(verbs) and "people_session" not in sql]


PERSONAS = ["manager", "head", "operator", "executive", "accountant", "administrator", None]


@pytest.mark.parametrize("role", PERSONAS)
def test_a_get_writes_nothing_and_never_breaks(scene: Scene, role: str | None) -> None:
    client = client_of(common.user(role, scene.stranger.department))
    wrong = []
    for call in table.calls(scene):
        if call.method != "get":
            continue
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            with CaptureQueriesContext(connection) as asked:
                response: Any = ask(client, "get", call.path, call.data, **headers)
            if response.status_code not in (200, 302, 303, 403, 404, 405):
                wrong.append(f"{call.path}: {response.status_code}")
            if done := writes(asked):
                wrong.append(f"{call.path}: {done[0]}")
    assert not wrong, "\n".join(wrong)


def test_who_sees_only_their_own_reads_nothing_of_others_anywhere(scene: Scene) -> None:
    client = client_of(scene.people["invisible"])
    wrong = []
    for call in table.calls(scene):
        if call.method == "get" and call.rule != "public":
            data = {**call.data, "all": "1", "q": SECRET[:6]} if not call.row else call.data
            text = text_of(ask(client, "get", call.path, data)).replace(f"{SECRET}owner", "")
            if SECRET in text:
                wrong.append(call.path)
    assert not wrong, "\n".join(wrong)


def test_the_rows_are_there_for_who_may_see_them(scene: Scene) -> None:
    """Without this the test before would pass on empty pages."""
    client = client_of(scene.people["visible"])
    for kind in registry.all_types():
        if kind.key == "deals.payment":
            continue
        assert SECRET in text_of(ask(client, "get", kind.url("list"), {"all": "1"})), kind.key
        assert SECRET in text_of(ask(client, "get", kind.url("page", scene.rows[kind.key].pk))), kind.key


def test_htmx_of_a_stranger_is_told_to_sign_in(scene: Scene) -> None:
    for kind in registry.all_types():
        response = ask(client_of(None), "get", kind.url("list"), HTTP_HX_REQUEST="true")
        assert (response.status_code, response["HX-Refresh"]) == (401, "true")
