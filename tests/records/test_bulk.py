"""Acting on many rows: what may be changed is, what may not is named with the reason, what is foreign is not named."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.html import escape

from common.changes.values import link_fields
from common.events.models import Event
from common.jobs import services as jobs
from common.records import many
from common.records.errors import MayNotAct
from common.records.models import BulkRun
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

    def post(self, name: str, ticked: list[Any], nonce: str = "once", **data: Any) -> Any:
        """The answer to the confirmed form."""
        sent = {"pk": ticked, "confirmed": data.get("field", ""), "nonce": nonce, **data}
        return self.client.post(f"{BULK}{name}/", sent)

    def done(self, *args: Any, **data: Any) -> Any:
        """The page that tells what the confirmed act did."""
        answer = self.post(*args, **data)
        assert answer.status_code == 303, answer.content
        return self.client.get(answer.url)

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
    answer = desk.done(name, desk.mixed, keys={"tag": desk.tag, "assign": desk.person}[name].pk)
    assert answer.status_code == 200
    link = link_fields[{"tag": "tags", "assign": "assignees"}[name]]
    assert [bool(link.ids(pk)) for pk in desk.mixed] == [True, True, False, False]
    assert titles(answer) == [desk.seen.title]
    assert answer.context["refused"][0]["reason"]
    page = answer.content.decode()
    assert "Distant" not in page and f"/companies/{desk.foreign.pk}/" not in page


def test_the_whole_act_is_one_change_set_made_in_bulk(desk: Desk) -> None:
    desk.post("tag", desk.mixed, keys=desk.tag.pk)
    events = Event.objects.filter(subject_id__in=desk.mixed, via="bulk")
    assert events.count() == 2 and len({event.change_set_id for event in events}) == 1


def test_what_rows_have_already_stays(desk: Desk) -> None:
    desk.post("tag", desk.mixed, keys=desk.tag.pk)
    second = common.tag()
    desk.post("tag", desk.mixed, "twice", keys=second.pk)
    assert link_fields["tags"].ids(desk.own[0].pk) == sorted([desk.tag.pk, second.pk])


def test_the_bin_takes_own_rows_and_leaves_the_others(desk: Desk) -> None:
    answer = desk.done("bin", desk.mixed)
    assert set(Company.objects.all()) == {desk.seen, desk.foreign}
    assert titles(answer) == [desk.seen.title]


@pytest.mark.parametrize("name", ["tag", "bin"])
def test_a_second_post_of_the_same_form_changes_nothing_more(desk: Desk, name: str) -> None:
    given = {"keys": desk.tag.pk} if name == "tag" else {}
    first = desk.post(name, desk.mixed[:2], **given)
    events = Event.objects.count()
    again = desk.post(name, desk.mixed[:2], **given)
    assert again.status_code == 303 and again.url == first.url
    assert Event.objects.count() == events


@pytest.mark.parametrize("keys", [[], ["x"], ["9" * 30], [0]])
def test_without_a_row_one_may_see_it_asks_to_select_some(desk: Desk, keys: list[Any]) -> None:
    assert desk.post("bin", keys).status_code == 422
    assert desk.post("bin", [desk.foreign.pk], "other").status_code == 422
    assert Company.objects.count() == 4


def test_a_form_without_a_choice_is_asked_again(desk: Desk) -> None:
    assert desk.post("tag", desk.mixed).status_code == 422
    assert not desk.tagged()


def test_more_than_a_thousand_ticked_rows_are_cut(desk: Desk) -> None:
    unknown = list(range(10**9, 10**9 + 999))
    first, second = (row.pk for row in desk.own)
    desk.done("tag", [first, *unknown, second], keys=desk.tag.pk)
    assert desk.tagged() == [desk.own[0]]


def test_an_act_the_type_does_not_offer_is_not_found(desk: Desk) -> None:
    head = signed_in(common.user("head", desk.person.department))
    assert head.post("/products/bulk/assign/", {"pk": desk.mixed}).status_code == 404
    assert desk.post("nothing", desk.mixed).status_code == 404


def test_any_field_one_may_write_is_changed_for_many_and_undone_as_one(desk: Desk) -> None:
    source = crm.source()
    asked = desk.client.post(f"{BULK}edit/", {"pk": desk.mixed})
    names = dict(asked.context["form"].fields["field"].choices)
    assert {"name", "source", "industries", "tags"} <= set(names)
    assert not {"owner", "department", "number"} & set(names)

    preview = desk.client.post(f"{BULK}edit/", {"pk": desk.mixed, "confirmed": "", "field": "source"})
    assert preview.status_code == 200
    assert "Would change: 2" in preview.content.decode()
    assert escape(desk.seen.title) in preview.content.decode() and "Distant" not in preview.content.decode()
    assert not Event.objects.filter(via="bulk").exists()

    page = desk.done("edit", desk.mixed, field="source", source=source.pk)
    assert list(Company.objects.filter(source=source).order_by("pk")) == desk.own
    assert titles(page) == [desk.seen.title]
    assert desk.client.post(page.context["undo_url"]).status_code == 303
    assert not Company.objects.filter(source=source).exists()


def test_a_value_a_field_refuses_is_told_next_to_it(desk: Desk) -> None:
    answer = desk.post("edit", desk.mixed, field="website", website="no address")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["website"]
    assert not Event.objects.filter(via="bulk").exists()


def test_tags_are_taken_off_again(desk: Desk) -> None:
    desk.done("tag", desk.mixed, keys=desk.tag.pk)
    desk.done("untag", desk.mixed[:1], "off", keys=desk.tag.pk)
    assert desk.tagged() == [desk.own[1]]


def test_only_administrators_give_many_away_and_nobody_edits_the_owner(desk: Desk) -> None:
    assert desk.post("transfer", desk.mixed, owner=desk.person.pk).status_code == 404
    boss = common.user("administrator")
    desk.client = signed_in(boss)
    desk.done("transfer", desk.mixed, owner=boss.pk)
    assert set(Company.objects.filter(owner=boss)) == {*desk.own, desk.seen, desk.foreign}
    assert desk.post("edit", desk.mixed, "no", field="owner", owner=boss.pk).status_code == 422


def test_all_that_match_are_meant_not_only_those_on_the_page(desk: Desk) -> None:
    for _n in range(3):
        crm.company("Werft", owner=desk.person, country=common.country(common.code()))
    page = desk.done("tag", [], keys=desk.tag.pk, all="1", query="q=Werft&all=1")
    assert "Changed: 3" in page.content.decode()
    assert {row.name for row in desk.tagged()} == {"Werft"}


def test_many_are_done_by_a_job_that_goes_on_after_a_kill_as_one_act(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "CHUNK", 2)
    for _n in range(5):
        crm.company(owner=desk.person)
    answer = desk.post("tag", [], keys=desk.tag.pk, all="1", query="all=1")
    assert not desk.tagged()
    run = BulkRun.objects.get()
    assert "0 of 8 done" in desk.client.get(answer.url).content.decode()

    def killed(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(jobs, "progress", killed)
        many.go_on(run.pk)
    assert len(desk.tagged()) == 2
    many.go_on(run.pk)
    many.go_on(run.pk)
    assert len(desk.tagged()) == 7
    events = Event.objects.filter(via="bulk")
    assert events.count() == 7 and len({event.change_set_id for event in events}) == 1
    page = desk.client.get(answer.url)
    assert titles(page) == [desk.seen.title]


def test_a_right_taken_away_meanwhile_ends_the_act(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "CHUNK", 2)
    desk.post("tag", [], keys=desk.tag.pk, all="1", query="all=1")
    desk.person.withheld = ["bulk"]
    desk.person.save()
    with pytest.raises(MayNotAct):
        many.go_on(BulkRun.objects.get().pk)
    assert not desk.tagged()


def test_what_was_done_is_told_to_who_did_it_and_administrators_only(desk: Desk) -> None:
    url = desk.post("tag", desk.mixed, keys=desk.tag.pk).url
    assert signed_in(common.user("manager", desk.person.department)).get(url).status_code == 404
    assert signed_in(common.user("administrator")).get(url).status_code == 200
