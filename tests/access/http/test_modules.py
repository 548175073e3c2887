"""A part of the product that is switched off is nowhere, for administrators too; everything else goes on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from common.policy import modules
from common.policy.models import ModuleState
from common.policy.principal import principal_of
from common.policy.rules import rule_of
from common.records import registry
from common.setup.services import modules as services
from tests.access.http import table
from tests.access.http.scene import Scene, ask, build, client_of, text_of
from tests.access.http.test_routes_matrix import FINE, UNLIKE_OTHERS

pytestmark = pytest.mark.django_db
KEYS = [module.key for module in modules.all_modules()]
LINK = re.compile(r'(?:href|action|formaction|hx-get|hx-post|src)="(/[^"?#]*)')


def switch(scene: Scene, key: str, *, is_on: bool) -> frozenset[str]:
    """Switch a part; its areas."""
    services.switch({key: is_on}, by=scene.people["administrator"])
    return frozenset(next(module for module in modules.all_modules() if module.key == key).areas)


def leads_to(path: str) -> frozenset[str]:
    """What an address is about."""
    try:
        match = resolve(path)
    except Resolver404:
        return frozenset()
    rule = rule_of(match.func, match.view_name)
    return rule.types if rule else frozenset()


@pytest.mark.parametrize("key", KEYS)
def test_what_is_switched_off_answers_not_found_and_nothing_leads_there(key: str) -> None:
    scene = build()
    closed = switch(scene, key, is_on=False)
    client = client_of(scene.people["administrator"])
    wrong = []
    for call in table.calls(scene):
        if call.rule == "second factor":
            continue
        response: Any = ask(client, call.method, call.path, call.data)
        wanted = {404} if leads_to(call.path.partition("?")[0]) & closed else UNLIKE_OTHERS.get(call.route, FINE)
        if response.status_code not in wanted:
            wrong.append(f"{call.method} {call.path}: {response.status_code} instead of {wanted}")
        if response.status_code == 200:
            led = sorted({path for path in LINK.findall(text_of(response)) if leads_to(path) & closed})
            wrong += [f"{call.method} {call.path} leads to {path}" for path in led]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", KEYS)
def test_nobody_sees_its_records_and_they_come_back(key: str) -> None:
    scene = build()
    boss = scene.people["administrator"]
    types = [kind for kind in registry.all_types() if kind.key in switch(scene, key, is_on=False)]
    for kind in types:
        assert not principal_of(boss).may(kind.key, "view")
        assert not kind.model.objects.for_user(boss).exists()
    switch(scene, key, is_on=True)
    for kind in types:
        assert kind.model.objects.for_user(boss).exists()


def test_public_forms_go_with_requests() -> None:
    scene = build()
    assert scene.form is not None
    address = f"/forms/{scene.form.slug}/"
    switch(scene, "requests", is_on=False)
    assert [Client().get(path).status_code for path in (address, f"{address}thanks/")] == [404, 404]
    assert Client().post(address, {}).status_code == 404
    switch(scene, "requests", is_on=True)
    assert Client().get(address).status_code == 200


def test_the_page_switches_and_keeps_who_did() -> None:
    scene = build()
    client = client_of(scene.people["administrator"])
    on = [key for key in KEYS if key != "leads"]
    assert client.post("/settings/modules/", {"on": on, "nonce": "n1"}).status_code == 303
    assert modules.off() == {"leads"}
    state = ModuleState.objects.get(key="leads")
    told = client.get(f"/settings/modules/{state.pk}/history/").content.decode()
    assert scene.people["administrator"].full_name in told
    assert client.post("/settings/modules/", {"on": KEYS, "nonce": "n2"}).status_code == 303
    assert modules.off() == frozenset()


def test_the_palette_offers_nothing_of_it() -> None:
    scene = build()
    client = client_of(scene.people["administrator"])
    assert "/settings/forms/" in client.get("/search/palette/", {"q": ">site forms"}).content.decode()
    closed = switch(scene, "requests", is_on=False)
    for typed in (">site forms", ">requests", ">"):
        offered = client.get("/search/palette/", {"q": typed}).content.decode()
        assert "/settings/forms/" not in offered
        assert not [path for path in LINK.findall(offered) if leads_to(path) & closed]


def test_what_was_said_of_a_part_is_not_deleted() -> None:
    scene = build()
    switch(scene, "leads", is_on=False)
    state = ModuleState.objects.get(key="leads")
    answer = client_of(scene.people["administrator"]).post(f"/settings/modules/{state.pk}/delete/")
    assert (answer.status_code, modules.off()) == (404, {"leads"})


@pytest.mark.parametrize("path", ["/settings/modules/new/", "/settings/names/new/"])
def test_rows_that_only_pages_make_have_no_form(path: str) -> None:
    scene = build()
    assert client_of(scene.people["administrator"]).post(path, {}).status_code == 404
