"""What the policy or a guard refuses at the door leaves every table as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.changes import binning
from common.changes import services as changes
from common.changes.errors import FieldForbidden, ForeignRecord
from common.events import hooks
from common.events.models import ChangeSet, Event
from common.kinds.errors import DomainError, Forbidden
from common.policy.models import Permission, Role
from crm.models import Company, Contact
from deals.models import Deal, Payment
from requests_app.models import Request
from tests.factories import catalogue, common, crm, deals, requests_app, stored

pytestmark = pytest.mark.django_db

Scene = dict[str, Any]


@pytest.fixture
def scene() -> Scene:
    """A manager with a deal, a colleague's company, something in another department."""
    sales, other = common.department("Sales"), common.department("Other")
    manager = common.user(department=sales)
    foreign = common.user(department=other)
    return {
        "sales": sales,
        "manager": manager,
        "colleague": common.user(department=sales),
        "executive": common.user("executive", sales),
        "accountant": common.user("accountant", sales),
        "foreign": foreign,
        "mine": crm.company(owner=manager, name="Mine"),
        "deal": deals.deal(manager, amount="10"),
        "theirs": crm.company(owner=foreign, name="Theirs"),
        "their_contact": crm.contact(owner=foreign),
        "their_deal": deals.deal(foreign),
        "contact": crm.contact(owner=manager),
    }


REFUSED: dict[str, tuple[type[DomainError], Callable[[Scene], Any]]] = {
    "a colleague's record changed": (
        Forbidden, lambda s: changes.edit(s["mine"], {"name": "X"}, by=s["colleague"])
    ),
    "an invisible record changed": (Forbidden, lambda s: changes.edit(s["theirs"], {"name": "X"}, by=s["manager"])),
    "a record binned": (Forbidden, lambda s: binning.remove(s["mine"], by=s["colleague"])),
    "a record restored": (Forbidden, lambda s: binning.restore(s["mine"], by=s["colleague"])),
    "an operation": (
        Forbidden, lambda s: changes.operation("close", s["deal"], by=s["executive"]).__enter__()
    ),
    "a type one may not create": (
        Forbidden, lambda s: changes.create(Company, {"name": "X"}, by=s["executive"])
    ),
    "created for somebody else": (
        Forbidden, lambda s: changes.create(Company, {"name": "X"}, by=s["manager"], owner=s["colleague"])
    ),
    "a part of a foreign whole": (
        Forbidden,
        lambda s: changes.create(
            Payment,
            {"deal": s["their_deal"], "amount": 1, "currency": common.currency(), "on": "2026-01-01"},
            by=s["manager"],
        ),
    ),
    "owner changed by an edit": (
        FieldForbidden, lambda s: changes.edit(s["mine"], {"owner": s["colleague"]}, by=s["manager"])
    ),
    "department changed by an edit": (
        FieldForbidden, lambda s: changes.edit(s["mine"], {"department": None}, by=s["manager"])
    ),
    "a field the executive only reads": (
        FieldForbidden, lambda s: changes.edit(s["deal"], {"is_important": True, "amount": 5}, by=s["executive"])
    ),
    "the accountant changes a deal": (
        Forbidden, lambda s: changes.edit(s["deal"], {"is_important": True}, by=s["accountant"])
    ),
    "a foreign company by key": (
        ForeignRecord, lambda s: changes.edit(s["contact"], {"company": s["theirs"].pk}, by=s["manager"])
    ),
    "a foreign company as object": (
        ForeignRecord, lambda s: changes.edit(s["deal"], {"company": s["theirs"]}, by=s["manager"])
    ),
    "a company that never was": (
        ForeignRecord, lambda s: changes.edit(s["contact"], {"company": 10**9}, by=s["manager"])
    ),
    "a foreign company when creating": (
        ForeignRecord,
        lambda s: changes.create(Contact, {"last_name": "X", "company": s["theirs"]}, by=s["manager"]),
    ),
    "a record of another type as company": (
        ForeignRecord, lambda s: changes.edit(s["contact"], {"company": s["deal"].pk}, by=s["manager"])
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_writes_nothing(scene: Scene, what: str) -> None:
    error, act = REFUSED[what]
    before = stored.everything()
    with pytest.raises(error):
        act(scene)
    assert stored.difference(before, stored.everything()) == set()


def test_the_executive_writes_exactly_the_fields_of_the_role(scene: Scene) -> None:
    deal = changes.edit(scene["deal"], {"is_important": True, "coowners": [scene["manager"]]}, by=scene["executive"])
    assert deal.is_important


def test_a_binned_record_cannot_be_chosen(scene: Scene) -> None:
    binning.remove(scene["mine"], by=scene["manager"])
    with pytest.raises(ForeignRecord):
        changes.edit(scene["contact"], {"company": scene["mine"].pk}, by=scene["manager"])


@pytest.mark.parametrize("shape", [list, tuple, set, lambda rows: [row.pk for row in rows], Request.products.through])
def test_many_chosen_records_are_checked_whatever_they_come_in(scene: Scene, shape: Any) -> None:
    operator = common.user("operator", scene["sales"])
    wanted = [catalogue.product(), catalogue.product()]
    rows = type(wanted[0]).objects.all() if shape is Request.products.through else shape(wanted)
    given = {"name": "X", "email": "x@example.org", "products": rows}
    made = changes.create(Request, given, by=operator)
    assert made.products.count() == 2
    Permission.objects.filter(role__slug="operator", type="catalogue.product").delete()
    before = stored.everything()
    with pytest.raises(ForeignRecord):
        changes.create(Request, given, by=common.User.objects.get(pk=operator.pk))
    assert stored.difference(before, stored.everything()) == set()


def test_inside_a_checked_operation_consequences_are_not_asked_again(scene: Scene) -> None:
    with changes.operation("view", scene["mine"], by=scene["colleague"]) as row:
        changes.edit(row, {"name": "As a consequence"}, by=scene["colleague"])
    with pytest.raises(Forbidden):
        changes.edit(scene["mine"], {"name": "Not any more"}, by=scene["colleague"])
    assert Company.objects.get(pk=scene["mine"].pk).name == "As a consequence"


def test_an_operation_checks_its_own_action_not_the_right_to_change(scene: Scene) -> None:
    role = Role.objects.get(slug="executive")
    Permission.objects.create(role=role, type="deals.deal", action="close", scope="all")
    executive = common.User.objects.get(pk=scene["executive"].pk)
    with changes.operation("close", scene["deal"], by=executive) as row:
        changes.edit(row, {"name": "Closed by the executive"}, by=executive)
    assert Deal.objects.get(pk=scene["deal"].pk).name == "Closed by the executive"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Register a hook for the time of a test."""

    def register(kind: str, pattern: str, function: Any) -> None:
        known = getattr(hooks, f"_{kind}")
        entry = {**known, f"tests.{function.__name__}": (pattern, function)} if isinstance(known, dict) else [
            *known, (pattern, function),
        ]  # fmt: skip
        monkeypatch.setattr(hooks, f"_{kind}", entry)

    return register


def test_a_guard_that_refuses_undoes_the_change(scene: Scene, hook: Callable[..., None]) -> None:
    seen: list[tuple[Any, str]] = []

    def refuse(event: Event, obj: Company) -> None:
        seen.append((event.changes()["name"][1], obj.name))
        raise DomainError("Not today.")

    hook("guards", "company.*", refuse)
    before = stored.everything()
    with pytest.raises(DomainError, match="Not today"):
        changes.edit(scene["mine"], {"name": "New"}, by=scene["manager"])
    assert seen == [("New", "New")]
    assert stored.difference(before, stored.everything()) == set()


def test_a_projector_that_breaks_undoes_the_change(scene: Scene, hook: Callable[..., None]) -> None:
    def explode(event: Event, obj: Company) -> None:
        raise ZeroDivisionError

    hook("projectors", "company.changed", explode)
    before = stored.everything()
    with pytest.raises(ZeroDivisionError):
        changes.edit(scene["mine"], {"name": "New"}, by=scene["manager"])
    assert stored.difference(before, stored.everything()) == set()
    changes.edit(scene["contact"], {"last_name": "New"}, by=scene["manager"])


def test_many_at_once_name_what_was_refused_and_change_the_rest(scene: Scene) -> None:
    rows = [scene["mine"], scene["theirs"], crm.company(owner=scene["manager"])]
    outcome = common.edit_all(rows, {"address": "Dock 7"}, by=scene["manager"], label="Move them")
    assert [row.pk for row in outcome.changed] == [rows[0].pk, rows[2].pk]
    assert outcome.refused == [(rows[1], str(Forbidden.message))]
    assert set(Company.objects.filter(address="Dock 7")) == {rows[0], rows[2]}
    act = ChangeSet.objects.get(label="Move them")
    assert (act.via, act.events.count()) == ("bulk", 2)


def test_a_refused_record_among_many_leaves_nothing_half_done(scene: Scene, hook: Callable[..., None]) -> None:
    def refuse(event: Event, obj: Company) -> None:
        if obj.pk == scene["mine"].pk:
            raise DomainError("Not this one.")

    hook("guards", "company.changed", refuse)
    rows = [scene["mine"], crm.company(owner=scene["manager"])]
    outcome = common.edit_all(rows, {"address": "Dock 7"}, by=scene["manager"], label="Move them")
    assert [reason for _row, reason in outcome.refused] == ["Not this one."]
    fresh = Company.objects.get(pk=scene["mine"].pk)
    assert (fresh.address, fresh.version) == ("", 1)
    assert not Event.objects.filter(subject=fresh.pk, kind="company.changed").exists()


def test_a_value_refused_for_one_of_many_is_told(scene: Scene) -> None:
    request = requests_app.request(scene["sales"], email="", phone="+49 4711")
    outcome = common.edit_all([request], {"phone": ""}, by=common.SETUP, label="Clear")
    assert outcome.changed == []
    assert "telephone" in outcome.refused[0][1]
