"""Acting on many rows: what may be changed is, what may not is named with the reason, what is foreign is not named."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes.values import link_fields
from common.events.models import Event
from crm.models import Company
from tests.factories import common, crm
from tests.records.driving import signed_in

BULK = "/companies/bulk/"


class Desk:
    """A manager with two companies, one of a colleague's and one of a stranger's."""

    def __init__(self) -> None:
        common.own_company()
        sales = common.department("Sales")
        self.person, colleague = common.user("manager", sales), common.user("manager", sales)
        stranger = common.user("manager", common.department("Other"))
        self.client = signed_in(self.person)
        self.own = [crm.company("Ankerwerk", owner=self.person), crm.company("Bootsbau", owner=self.person)]
        self.seen = crm.company("Colleague's", owner=colleague)
        self.foreign = crm.company("Distant", owner=stranger)
        self.tag = common.tag()

    @property
    def mixed(self) -> list[int]:
        return [*(row.pk for row in self.own), self.seen.pk, self.foreign.pk]

    def post(self, name: str, keys: list[Any], nonce: str = "once", **data: Any) -> Any:
        return self.client.post(f"{BULK}{name}/", {"pk": keys, "confirmed": "1", "nonce": nonce, **data})

    def tagged(self) -> list[Any]:
        return [row for row in Company.objects.order_by("pk") if link_fields["tags"].ids(row.pk)]


@pytest.fixture
def desk(db: Any) -> Desk:
    return Desk()


def titles(answer: Any) -> list[str]:
    return [row["title"] for row in answer.context["refused"]]


@pytest.mark.parametrize("name", ["tag", "assign", "bin"])
def test_it_asks_first_and_changes_nothing(desk: Desk, name: str) -> None:
    events = Event.objects.count()
    answer = desk.client.post(f"{BULK}{name}/", {"pk": desk.mixed})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Ankerwerk" in page and "Distant" not in page
    assert {pk for name, pk in answer.context["fields"] if name == "pk"} == set(desk.mixed[:3])
    assert Event.objects.count() == events and not desk.tagged()


@pytest.mark.parametrize("name", ["tag", "assign"])
def test_allowed_rows_change_and_refused_ones_are_named_with_the_reason(desk: Desk, name: str) -> None:
    given = {"tag": {"tags": desk.tag.pk}, "assign": {"people": desk.person.pk}}[name]
    answer = desk.post(name, desk.mixed, **given)
    assert answer.status_code == 200
    link = link_fields[{"tag": "tags", "assign": "assignees"}[name]]
    assert [bool(link.ids(pk)) for pk in desk.mixed] == [True, True, False, False]
    assert titles(answer) == [desk.seen.title]
    assert answer.context["refused"][0]["reason"]
    page = answer.content.decode()
    assert "Distant" not in page and f"/companies/{desk.foreign.pk}/" not in page


def test_the_whole_act_is_one_change_set_made_in_bulk(desk: Desk) -> None:
    desk.post("tag", desk.mixed, tags=desk.tag.pk)
    events = Event.objects.filter(subject_id__in=desk.mixed, via="bulk")
    assert events.count() == 2 and len({event.change_set_id for event in events}) == 1


def test_what_rows_have_already_stays(desk: Desk) -> None:
    desk.post("tag", desk.mixed, tags=desk.tag.pk)
    second = common.tag()
    desk.post("tag", desk.mixed, "twice", tags=second.pk)
    assert link_fields["tags"].ids(desk.own[0].pk) == sorted([desk.tag.pk, second.pk])


def test_the_bin_takes_own_rows_and_leaves_the_others(desk: Desk) -> None:
    answer = desk.post("bin", desk.mixed)
    assert answer.status_code == 200
    assert set(Company.objects.all()) == {desk.seen, desk.foreign}
    assert titles(answer) == [desk.seen.title]


@pytest.mark.parametrize(("name", "field"), [("tag", "tags"), ("bin", "")])
def test_a_second_post_of_the_same_form_changes_nothing_more(desk: Desk, name: str, field: str) -> None:
    given = {field: desk.tag.pk} if field else {}
    desk.post(name, desk.mixed[:2], **given)
    events = Event.objects.count()
    again = desk.post(name, desk.mixed[:2], **given)
    assert again.status_code == 303 and again.url.startswith("/companies/")
    assert Event.objects.count() == events


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30], [0]])
def test_without_a_row_one_may_see_it_asks_to_select_some(desk: Desk, keys: list[Any]) -> None:
    assert desk.post("bin", keys).status_code == 422
    assert desk.post("bin", [desk.foreign.pk], "other").status_code == 422
    assert Company.objects.count() == 4


def test_a_form_without_a_choice_is_asked_again(desk: Desk) -> None:
    assert desk.post("tag", desk.mixed).status_code == 422
    assert not desk.tagged()


def test_more_than_a_thousand_rows_are_cut(desk: Desk) -> None:
    unknown = list(range(10**9, 10**9 + 999))
    first, second = (row.pk for row in desk.own)
    answer = desk.post("tag", [first, *unknown, second], tags=desk.tag.pk)
    assert answer.status_code == 200
    assert desk.tagged() == [desk.own[0]]


def test_an_act_the_type_does_not_offer_is_not_found(desk: Desk) -> None:
    head = signed_in(common.user("head", desk.person.department))
    assert head.post("/products/bulk/assign/", {"pk": desk.mixed}).status_code == 404
    assert desk.post("nothing", desk.mixed).status_code == 404
