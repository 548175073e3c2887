"""Recent changes: one's own acts with their undo, nothing invisible named, and the page that asks first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common.changes import services as changes
from common.changes.models import Undo
from common.events.models import ChangeSet, Event
from common.people.models import User
from common.records import recent
from common.records import services as records
from common.records.calls import Call, Outcome
from crm.models import Company
from tests.conftest import Clock
from tests.factories import common, crm, deals
from tests.records.driving import queries, signed_in

pytestmark = pytest.mark.django_db


class Desk:
    """Two managers of a department, a manager elsewhere, an administrator, and a company of the first."""

    def __init__(self) -> None:
        common.own_company()
        common.currency()
        deals.pipeline()
        sales = common.department("Sales")
        self.person, self.colleague = common.user("manager", sales), common.user("manager", sales)
        self.stranger = common.user("manager", common.department("Other"))
        self.boss = common.user("administrator")
        self.client = signed_in(self.person)
        self.company = crm.company("Ankerwerk", owner=self.person)

    def rename(self, name: str = "Bootsbau") -> ChangeSet:
        changes.edit(self.company, {"name": name}, by=self.person)
        return ChangeSet.objects.latest("pk")

    def name(self) -> str:
        return Company.everything.get(pk=self.company.pk).name


@pytest.fixture
def desk(db: Any) -> Desk:
    return Desk()


def entries(client: Client, **query: str) -> list[dict[str, Any]]:
    answer = client.get("/changes/", query)
    assert answer.status_code == 200
    return [entry for day in answer.context["days"] for entry in day["entries"]]


def test_it_lists_what_one_did_with_its_undo(desk: Desk) -> None:
    act = desk.rename()
    changes.edit(desk.company, {"address": "There"}, by=desk.boss)
    (entry,) = entries(desk.client)
    assert (entry["text"], entry["note"], entry["via"]) == ("Changed: Ankerwerk", "Changed · 1 record", "system")
    assert entry["undo_url"] == f"/changes/{act.pk}/undo/"
    assert not entries(signed_in(desk.colleague))


def test_administrators_see_everybodys_and_filter_by_person_and_way(desk: Desk) -> None:
    desk.rename()
    with changes.via("board"):
        changes.edit(desk.company, {"address": "There"}, by=desk.boss)
    boss = signed_in(desk.boss)
    assert {entry["who"]["name"] for entry in entries(boss)} >= {desk.person.full_name, desk.boss.full_name, "System"}
    assert len(entries(boss, who=str(desk.person.pk))) == 1
    assert [entry["via"] for entry in entries(boss, via="board")] == ["board"]
    assert not entries(desk.client, via="board")
    assert len(entries(desk.client, who=str(desk.boss.pk))) == 1, "only administrators ask about others"


def test_what_is_older_than_thirty_days_is_gone(desk: Desk, clock: Clock) -> None:
    act = desk.rename()
    clock.move(days=30, minutes=1)
    client = signed_in(desk.person)
    assert not entries(client)
    assert client.get(f"/changes/{act.pk}/undo/").status_code == 422
    assert client.post(f"/changes/{act.pk}/undo/").status_code == 422
    assert desk.name() == "Bootsbau"


def test_what_is_undone_or_changed_nothing_offers_no_undo(desk: Desk) -> None:
    act = desk.rename()
    records.add_note(desk.company, text="Called.", by=desk.person)
    records.log_call(desk.company, Call(Outcome.REACHED), by=desk.person)
    desk.client.post(f"/changes/{act.pk}/undo/")
    offered = {entry["text"]: bool(entry["undo_url"]) for entry in entries(desk.client)}
    assert offered == {
        "Undone: Changed: Ankerwerk": True, "Note: Ankerwerk": False, "Call: Ankerwerk": False,
        "Changed: Ankerwerk": False,
    }  # fmt: skip


def test_a_record_that_was_given_away_is_no_longer_named(desk: Desk) -> None:
    desk.rename("Zwetschge")
    records.transfer(desk.company, owner=desk.stranger, department=None, by=desk.person)
    page = desk.client.get("/changes/").content.decode()
    assert "Zwetschge" not in page and "Ankerwerk" not in page
    assert {entry["text"] for entry in entries(desk.client)} == {"Changed", "Given to somebody else"}
    act = ChangeSet.objects.latest("pk")
    asked = desk.client.get(f"/changes/{act.pk}/undo/").content.decode()
    assert "Zwetschge" not in asked and "Company" in asked
    assert desk.client.post(f"/changes/{act.pk}/undo/").status_code == 303
    assert Company.objects.get(pk=desk.company.pk).owner == desk.person
    assert "Ankerwerk" in desk.client.get("/changes/").content.decode()


def test_a_bulk_act_with_one_invisible_record_is_told_by_its_kind(desk: Desk) -> None:
    other = crm.company("Zwetschge", owner=desk.person)
    rows = [desk.company, other]
    common.edit_all(rows, {"address": "There"}, by=desk.person, label="Moved: Ankerwerk, Zwetschge")
    assert entries(desk.client)[0]["text"] == "Moved: Ankerwerk, Zwetschge"
    records.transfer(other, owner=desk.stranger, department=None, by=desk.boss)
    assert (entries(desk.client)[0]["text"], entries(desk.client)[0]["note"]) == ("Changed", "2 records")


def test_it_pages_by_key(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "SIZE", 3)
    acts = [desk.rename(f"Name {n}") for n in range(7)]
    seen, url = [], "/changes/?via=system"
    while url:
        answer = desk.client.get(url)
        seen.append([e["undo_url"] for day in answer.context["days"] for e in day["entries"]])
        url = answer.context["more_url"]
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [u for page in seen for u in page] == [f"/changes/{act.pk}/undo/" for act in reversed(acts)]
    assert desk.client.get("/changes/", {"after": "forged"}).status_code == 400


def test_twenty_more_acts_need_no_more_queries(desk: Desk) -> None:
    for client in (desk.client, signed_in(desk.boss)):
        for n in range(2):
            desk.rename(f"A {n}")
        few = queries(lambda c=client: c.get("/changes/"))  # type: ignore[misc]
        for n in range(20):
            desk.rename(f"B {n}")
        assert queries(lambda c=client: c.get("/changes/")) == few  # type: ignore[misc]


def test_it_asks_first_and_says_what_comes_back_and_what_stays(desk: Desk) -> None:
    with changes.change_set("Both", by=desk.person):
        changes.edit(desk.company, {"name": "Bootsbau", "address": "There"}, by=desk.person)
    act = ChangeSet.objects.latest("pk")
    changes.edit(desk.company, {"address": "Elsewhere"}, by=common.SETUP)
    events = Event.objects.count()
    answer = desk.client.get(f"/changes/{act.pk}/undo/")
    assert answer.status_code == 200 and Event.objects.count() == events
    ((back,), (left,)) = answer.context["back"], answer.context["left"]
    assert back["title"] == left["title"] == "Company: Bootsbau"
    assert back["changes"] == [{"field": "Name", "old": "Bootsbau", "new": "Ankerwerk"}]
    assert left["changes"] == [{"field": "Address", "old": "", "new": "Elsewhere"}]
    assert left["text"] == "changed since"
    form = {"nonce": answer.context["nonce"]}
    done = [desk.client.post(f"/changes/{act.pk}/undo/", form) for _n in range(2)]
    assert {answer.url for answer in done} == {f"/changes/undone/{Undo.objects.get().pk}/"}
    result = desk.client.get(done[0].url)
    assert "1 record came back" in result.content.decode()
    assert result.context["left"] == [{**left, "title": "Company: Ankerwerk"}]
    assert desk.client.post(f"/changes/{act.pk}/undo/").status_code == 422
    assert Undo.objects.count() == 1 and desk.name() == "Ankerwerk"


def test_values_that_name_invisible_records_are_not_told(desk: Desk) -> None:
    hidden = crm.company("Zwetschge", owner=desk.person)
    contact = crm.contact(owner=desk.person, company=hidden)
    changes.edit(contact, {"company": desk.company}, by=desk.person)
    act = ChangeSet.objects.latest("pk")
    assert "Zwetschge" in desk.client.get(f"/changes/{act.pk}/undo/").content.decode()
    records.transfer(hidden, owner=desk.stranger, department=None, by=desk.boss)
    assert "Zwetschge" not in desk.client.get(f"/changes/{act.pk}/undo/").content.decode()


def test_fields_one_may_not_read_are_not_told(desk: Desk) -> None:
    accountant = common.user("accountant", desk.person.department)
    deal = deals.deal(desk.person, description="Old")
    with changes.change_set("Told", by=accountant), changes.consequences():
        changes.edit(deal, {"description": "Zwetschge", "name": "Named"}, by=accountant)
    act = ChangeSet.objects.latest("pk")
    page = signed_in(accountant).get(f"/changes/{act.pk}/undo/").content.decode()
    assert "Zwetschge" not in page and "may not change this" in page


def test_others_and_strangers_find_nothing(desk: Desk) -> None:
    act = desk.rename()
    for user, status in ((desk.colleague, 404), (desk.stranger, 404), (desk.boss, 200)):
        assert signed_in(user).get(f"/changes/{act.pk}/undo/").status_code == status
    assert signed_in(desk.colleague).post(f"/changes/{act.pk}/undo/").status_code == 404
    assert desk.name() == "Bootsbau"
    desk.client.post(f"/changes/{act.pk}/undo/")
    row = Undo.objects.get()
    for user, status in ((desk.colleague, 404), (desk.person, 200), (desk.boss, 200)):
        assert signed_in(user).get(f"/changes/undone/{row.pk}/").status_code == status


def test_by_script_a_full_undo_stays_and_another_leads_on(desk: Desk) -> None:
    script = {"HX-Request": "true"}
    act = desk.rename()
    answer = desk.client.post(f"/changes/{act.pk}/undo/", headers=script)
    assert (answer.status_code, answer.headers.get("HX-Redirect")) == (204, None)
    again = desk.client.post(f"/changes/{act.pk}/undo/", headers=script)
    assert (again.status_code, again.content.decode()) == (422, "This is undone already.")
    changes.create(Company, {"name": "New"}, by=desk.person)
    answer = desk.client.post(f"/changes/{ChangeSet.objects.latest('pk').pk}/undo/", headers=script)
    assert answer.headers["HX-Redirect"] == "/changes/", "its page is gone"
    act = desk.rename("Third")
    changes.edit(desk.company, {"name": "Fourth"}, by=common.SETUP)
    answer = desk.client.post(f"/changes/{act.pk}/undo/", headers=script)
    assert answer.headers["HX-Redirect"] == f"/changes/undone/{Undo.objects.latest('pk').pk}/"


def test_the_history_of_a_record_leads_to_the_undo_of_ones_own(desk: Desk) -> None:
    act = desk.rename()
    changes.edit(desk.company, {"address": "There"}, by=desk.boss)
    days = desk.client.get(f"/companies/{desk.company.pk}/history/").context["days"]
    urls = [entry["undo_url"] for day in days for entry in day["entries"]]
    assert urls == ["", f"/changes/{act.pk}/undo/", ""]


def test_what_a_form_saved_is_called_by_what_it_did(desk: Desk) -> None:
    desk.client.post(f"/companies/{desk.company.pk}/edit/", {"name": "Bootsbau", "nonce": "1"})
    desk.client.post("/companies/new/", {"name": "Created", "nonce": "2"})
    assert [entry["text"] for entry in entries(desk.client)] == ["Created: Created", "Changed: Ankerwerk"]


def undo_urls(user: User, path: str, data: dict[str, Any], **headers: Any) -> list[str]:
    """Where the toasts after this post lead to undo."""
    client = signed_in(user)
    answer = client.post(path, data, **headers)
    assert answer.status_code in (204, 303), answer.content.decode()[:500]
    if answer.status_code == 204:
        return [answer.headers["HX-Trigger"]]
    return [str(m.extra_tags) for m in client.get("/").context["messages"]]


def test_every_change_on_a_page_offers_its_undo(desk: Desk) -> None:
    deal = deals.deal(desk.person, amount="10", next_step="Call")
    stage = deals.stage(deal.pipeline, "Proposal")
    other = crm.company(owner=desk.person)
    posts: list[tuple[str, dict[str, Any]]] = [
        (f"/companies/{other.pk}/edit/", {"name": "Edited", "nonce": "1"}),
        (f"/companies/{other.pk}/bin/", {"nonce": "2"}),
        (f"/companies/{other.pk}/restore/", {}),
        (f"/deals/{deal.pk}/move/?stage={stage.pk}", {}),
        (f"/deals/{deal.pk}/star/", {}),
        (f"/deals/{deal.pk}/done/", {"next_step": "", "nonce": "3"}),
        (f"/deals/{deal.pk}/close/", {"closing_reason": deals.reason().pk, "nonce": "4"}),
        (f"/deals/{deal.pk}/reopen/", {}),
        (f"/deals/{deal.pk}/transfer/", {"owner": desk.colleague.pk, "nonce": "5"}),
        ("/companies/new/", {"name": "Created", "nonce": "6"}),
    ]
    for path, data in posts:
        urls = undo_urls(desk.person, path, data)
        assert urls == [f"/changes/{ChangeSet.objects.latest('pk').pk}/undo/"], path
    move = undo_urls(
        desk.person, f"/deals/{deals.deal(desk.person).pk}/move/", {"stage": stage.pk}, headers={"HX-Request": "true"}
    )
    assert f"/changes/{ChangeSet.objects.latest('pk').pk}/undo/" in move[0]


def test_a_bulk_act_offers_its_undo_beside_the_result(desk: Desk) -> None:
    done = desk.client.post("/companies/bulk/bin/", {"pk": [desk.company.pk], "confirmed": "", "nonce": "n"})
    url = desk.client.get(done.url).context["undo_url"]
    assert url == f"/changes/{ChangeSet.objects.latest('pk').pk}/undo/"
    assert desk.client.post(url).status_code == 303
    assert Company.objects.filter(pk=desk.company.pk).exists()
