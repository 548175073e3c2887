"""What every record type must be able to do. A subclass in `tests/<app>/test_<type>_type.py` sets

- `key`, and `role` where a manager may not do all of it;
- `make(**values)`: a record made through `tests/factories`, by default of `self.person`;
- `form_data()`: a valid post of its form;
- `changed`, `other`: two edits of different text fields; `missing`: what makes its form incomplete;

and where it has them: `rich()` (values for every reference a list draws), `parts(obj)` (one more of everything
that stands on its page), `everyone_sees`, `beside(column)` (what must be stored with a value of this column).
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest

from common.changes import services as changes
from common.events.models import Event
from common.kinds.models import RecordModel
from common.people.models import User
from common.records import lists, registry
from common.records import services as records
from common.records.calls import Call, Outcome
from common.records.declaring import RecordType
from common.records.fieldkinds import OPPOSITES
from config import frontend
from tests.factories import common, crm, deals
from tests.records import driving
from tests.records.driving import export, exported, filled, queries, shown, signed_in, viewer_of
from tests.records.inplace import InPlaceSuite

MOST_QUERIES = {"list": 12, "page": 18}
"""The budget of the design (ARCHITECTURE.md, "Speed")."""
FORMULAS = ("=1+1", "+1", "-1+2", "@sum")
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36"


class RecordTypeSuite(InPlaceSuite):
    """The behaviour all record types share."""

    key: ClassVar[str]
    role: ClassVar[str] = "manager"
    # What the page of this type asks beyond a record's page.
    own_queries: ClassVar[int] = 0
    everyone_sees: ClassVar[bool] = False
    changed: ClassVar[dict[str, str]] = {"name": "Renamed"}
    other: ClassVar[dict[str, str]] = {"description": "Told anew"}
    missing: ClassVar[dict[str, str]] = {"name": ""}

    person: User
    colleague: User
    stranger: User

    def make(self, **values: Any) -> RecordModel:
        raise NotImplementedError

    def form_data(self) -> dict[str, Any]:
        raise NotImplementedError

    def rich(self) -> dict[str, Any]:
        """Values for references; every record needs its own, or repeated look-ups would hide."""
        return {}

    def parts(self, obj: Any) -> None:
        """One more of what the page of a record lists."""

    def beside(self, column: str) -> dict[str, Any]:
        """What a row must have where `column` is filled."""
        return {}

    @pytest.fixture(autouse=True)
    def _company(self, db: Any) -> None:
        common.own_company()
        common.currency()
        deals.pipeline()
        department = common.department("Sales")
        self.person = common.user(self.role, department)
        self.colleague = common.user(self.role, department)
        self.stranger = common.user(self.role, common.department("Other"))
        self.client = signed_in(self.person)
        self.boss = common.user("administrator")

    @property
    def kind(self) -> RecordType:
        return registry.get(self.key)

    @property
    def field(self) -> str:
        """The field that edits change."""
        return next(iter(self.changed))

    @property
    def value(self) -> str:
        return self.changed[self.field]

    def url(self, verb: str, *args: Any) -> str:
        return self.kind.url(verb, *args)

    def who_may(self, action: str) -> Any:
        """A client of the person, or of the administrator where only that one may."""
        may = viewer_of(self.person).principal.may(self.key, action)
        return self.client if may else signed_in(self.boss)

    def count(self) -> int:
        return int(self.kind.model.everything.count())

    def fresh(self, obj: RecordModel) -> Any:
        return self.kind.model.everything.get(pk=obj.pk)

    def in_list(self, obj: RecordModel) -> bool:
        return obj.pk in shown(self.client.get(self.url("list"), {"all": "1"}))

    def opened(self, obj: RecordModel) -> dict[str, Any]:
        """The edit form as it is now."""
        return filled(self.client.get(self.url("edit", obj.pk)).context["form"])

    def send(self, obj: RecordModel, form: dict[str, Any]) -> Any:
        return self.client.post(self.url("edit", obj.pk), form)

    def many(self, count: int) -> None:
        for _n in range(count):
            self.make(**self.rich())

    def test_the_list_shows_own_rows_and_not_those_of_other_departments(self) -> None:
        own, foreign = self.make(), self.make(owner=self.stranger)
        assert self.in_list(own)
        assert self.in_list(foreign) is self.everyone_sees
        assert signed_in(self.stranger).get(self.url("page", own.pk)).status_code == (
            200 if self.everyone_sees else 404
        )

    def test_every_page_answers_to_who_may(self) -> None:
        obj = self.make(**self.rich())
        for verb, action in {
            "list": "view", "totals": "view", "print": "view", "pdf": "view", "choose": "view",
            "new": "create", "bin-list": "delete",
        }.items():  # fmt: skip
            assert self.who_may(action).get(self.url(verb)).status_code == 200, verb
        pages = {
            "page": "view", "history": "view", "timeline": "view", "record-pdf": "view", "edit": "change",
            "bin": "delete",
        }  # fmt: skip
        for verb, action in pages.items():
            assert self.who_may(action).get(self.url(verb, obj.pk)).status_code == 200, verb
        for view in self.kind.views:
            assert self.client.get(self.url("list"), {"view": view.key}).status_code == 200, view.key
        for found in driving.fields_of(self.kind, viewer_of(self.person)):
            for headers in ({}, {"HX-Request": "true"}):
                answer = self.client.get(self.url("filter"), {"field": found.key}, headers=headers)
                assert answer.status_code == 200, found.key
        assert self.kind.number_of(obj) in self.client.get(self.url("page", obj.pk)).content.decode()

    def test_the_form_creates_one_record_however_often_it_is_sent(self) -> None:
        form = {**self.form_data(), "nonce": "sent-twice"}
        before = self.count()
        first, second = (self.client.post(self.url("new"), form) for _n in range(2))
        assert (first.status_code, second.status_code) == (303, 303), first.content.decode()[:2000]
        assert self.count() == before + 1
        assert first.url == second.url
        self.client.post(self.url("new"), {**form, "nonce": "the first", **self.another()})
        assert self.count() == before + 2

    def another(self) -> dict[str, str]:
        """What distinguishes a second record from the first."""
        return {self.field: "A second one"}

    def test_what_is_missing_is_asked_for_and_what_was_typed_is_kept(self) -> None:
        form = {**self.form_data(), **self.missing, "nonce": "unused"}
        before, events = self.count(), Event.objects.count()
        answer = self.client.post(self.url("new"), form)
        assert answer.status_code == 422
        assert (self.count(), Event.objects.count()) == (before, events)
        kept = answer.context["form"]
        assert {name: kept[name].value() for name in form} == form
        page = answer.content.decode()
        assert all(f'value="{value}"' in page or f">\n{value}</" in page for value in form.values() if value), page
        again = self.client.post(self.url("new"), {**form, **self.form_data()})
        assert again.status_code == 303, "the refused form could not be sent again"

    def test_an_edit_changes_and_is_logged_once_with_old_and_new(self) -> None:
        obj = self.make(**self.rich())
        old, events = getattr(obj, self.field), Event.objects.filter(subject_id=obj.pk)
        before = events.count()
        assert self.send(obj, self.opened(obj)).status_code == 303
        assert events.count() == before, "an untouched form is a change"
        assert self.send(obj, {**self.opened(obj), **self.changed}).status_code == 303
        assert getattr(self.fresh(obj), self.field) == self.value
        event = events.order_by("-id").first()
        assert events.count() == before + 1 and event is not None
        assert (event.changes(), event.actor, event.via) == ({self.field: (old, self.value)}, self.person, "form")
        history = self.client.get(self.url("history", obj.pk))
        entry = history.context["days"][0]["entries"][0]["changes"][0]
        assert (entry["old"], entry["new"]) == (old, self.value)
        assert self.value in history.content.decode()

    def test_a_stale_edit_of_the_same_field_shows_both_values(self) -> None:
        obj = self.make()
        form = self.opened(obj)
        changes.edit(obj, {self.field: "Theirs was first"}, by=common.SETUP)
        answer = self.send(obj, {**form, **self.changed})
        assert answer.status_code == 409
        page = answer.content.decode()
        assert "Theirs was first" in page and self.value in page
        assert getattr(self.fresh(obj), self.field) == "Theirs was first"
        again = filled(answer.context["form"])
        assert self.send(obj, {**again, f"conflict_{self.field}": "yours"}).status_code == 303
        assert getattr(self.fresh(obj), self.field) == self.value

    def test_a_stale_edit_of_another_field_is_merged(self) -> None:
        obj = self.make()
        form = self.opened(obj)
        (name, value), = self.other.items()  # fmt: skip
        changes.edit(obj, {name: value}, by=common.SETUP)
        assert self.send(obj, {**form, **self.changed}).status_code == 303
        saved = self.fresh(obj)
        assert (getattr(saved, self.field), str(getattr(saved, name))) == (self.value, value)

    def test_the_bin_takes_and_gives_back(self) -> None:
        obj, mine = self.make(), self.who_may("delete")
        assert mine.post(self.url("bin", obj.pk), {"nonce": "once"}).status_code in (302, 303)
        assert not self.in_list(obj)
        assert self.client.get(self.url("page", obj.pk)).status_code == 404
        rows = mine.get(self.url("bin-list")).context["rows"]
        assert [row["number"] for row in rows] == [self.kind.number_of(obj)]
        assert mine.post(rows[0]["restore_url"]).status_code == 303
        assert self.in_list(obj)
        assert self.fresh(obj).number == obj.number
        assert not mine.get(self.url("bin-list")).context["rows"]

    def test_list_and_export_agree_under_every_filter(self) -> None:
        client, viewer = signed_in(self.boss), viewer_of(self.boss)
        rich = self.make(**self.rich())
        self.make(owner=self.stranger)
        self.make(owner=self.boss)
        everything = set(shown(client.get(self.url("list"), {"all": "1"})))
        assert len(everything) == 3
        for found in driving.fields_of(self.kind, viewer):
            answers: dict[str, set[int]] = {}
            for condition in driving.said_about(found, rich, viewer):
                listed = set(shown(client.get(self.url("list"), {"f": condition})))
                rows = exported(export(client, self.url("export"), {"f": condition}))
                objs = self.kind.model.objects.filter(pk__in=listed)
                assert sorted(row[0] for row in rows) == sorted(map(self.kind.number_of, objs)), condition
                answers[condition] = listed
            self.check_complements(answers, everything)

    def check_complements(self, answers: dict[str, set[int]], everything: set[int]) -> None:
        """An operator and its opposite part the rows."""
        pairs = [(f".{one}", f".{other}") for one, other in OPPOSITES.items()]
        for condition, listed in answers.items():
            for one, other in pairs:
                name, found, tail = condition.partition(one)
                if found and tail[:1] in ("", ":"):
                    rest = answers[f"{name}{other}{tail}"]
                    assert listed | rest == everything and not listed & rest, condition

    def test_what_the_address_cannot_mean_is_refused_in_words(self) -> None:
        self.make()
        first = driving.fields_of(self.kind, viewer_of(self.person))[-1].key
        for part in (
            "f=nothing.is:1", f"f={first}.nothing:1", f"f={first}", "sort=nothing", "view=nothing", "after=forged",
            "f=pk.is:1", "f=owner__password.has:a", "any=1.nothing.is:1",
        ):  # fmt: skip
            for verb in ("list", "totals", "print"):
                if part.startswith(("sort", "after")) and verb != "list":
                    continue  # sums have no order
                answer = self.client.get(f"{self.url(verb)}?{part}")
                assert answer.status_code == 400, (verb, part)
                assert "<h1" in answer.content.decode(), part
        assert self.client.get(self.url("filter"), {"field": "nothing"}).status_code == 400

    def test_every_order_pages_through_all_rows_there_and_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        driving.small_pages(monkeypatch, 17)
        objs = [self.make() for _n in range(120)]
        for sort in self.kind.sorts:
            driving.spread(objs, sort, self.beside(sort.column))
            expected = driving.ordered(self.kind.model, sort)
            pages, seen = self.walk(f"{self.url('list')}?all=1&sort={sort.key}", "next_url")
            assert [pk for page in pages for pk in page] == expected, sort.key
            printed = self.client.get(f"{self.url('print')}?all=1&sort={sort.key}").context["rows"]
            assert [row["pk"] for row in printed] == expected, sort.key
            back, seen_back = self.walk(seen[-1], "prev_url")
            assert back[::-1] == pages, sort.key
            ranges = [self.client.get(url).context["table"]["footer"]["range"] for url in (seen[1], seen_back[-1])]
            assert ranges == ["18–34", "1–17"], sort.key

    def walk(self, url: str, way: str) -> tuple[list[list[int]], list[str]]:
        """The rows of page after page, and the addresses they had."""
        pages, seen = [], []
        while url:
            answer = self.client.get(url)
            pages.append(shown(answer))
            seen.append(url)
            url = answer.context["table"]["footer"][way]
            assert len(seen) < 20, "the pages do not end"
        return pages, seen

    def test_twenty_more_rows_need_no_more_queries(self) -> None:
        verbs = ["list", "choose", "print", "export", *(["board"] if self.kind.board else [])]
        self.many(2)
        counts = []
        for more in (0, 20):
            self.many(more)
            counts.append({verb: self.asked(verb) for verb in verbs})
        assert counts[0] == counts[1]
        assert counts[1]["list"] <= MOST_QUERIES["list"], counts

    def asked(self, verb: str) -> int:
        if verb == "export":
            return queries(lambda: export(self.who_may("export"), self.url(verb), {"all": "1"}))
        client = self.who_may("view")
        return queries(lambda: client.get(self.url(verb), {} if verb == "choose" else {"all": "1"}))

    def test_twenty_more_parts_and_events_need_no_more_queries(self) -> None:
        obj = self.make(**self.rich())
        counts = []
        for more in (2, 20):
            for n in range(more):
                self.happen(obj, n)
            counts.append({verb: queries(lambda v=verb: self.client.get(self.url(v, obj.pk)))  # type: ignore[misc]
                           for verb in ("page", "history", "timeline")})  # fmt: skip
        assert all(counts[1][verb] <= few for verb, few in counts[0].items()), counts
        assert counts[1]["page"] <= MOST_QUERIES["page"] + self.own_queries, counts

    def happen(self, obj: RecordModel, n: int) -> None:
        """Changes of words and of references, a note and one more of each part."""
        changes.edit(obj, {self.field: f"Number {n}"}, by=self.person if n % 2 else common.SETUP)
        if "tags" in obj.link_fields:
            changes.edit(obj, {"tags": [common.tag()]}, by=common.SETUP)
        records.add_note(obj, text=f"Note {n}", by=self.person)
        records.log_call(obj, Call(Outcome.REACHED, other=crm.contact(last_name=f"Other {n}")), by=self.person)
        self.parts(obj)

    def test_no_exported_cell_starts_a_formula(self) -> None:
        for text in FORMULAS:
            self.make(**{self.field: text})
        rows = exported(export(self.who_may("export"), self.url("export")))
        cells = [cell for row in rows for cell in row]
        assert [cell for text in FORMULAS for cell in cells if cell == f"'{text}"] == [f"'{text}" for text in FORMULAS]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]

    def test_a_phone_gets_the_same_answer_as_a_desk(self) -> None:
        obj = self.make(**self.rich())
        for url in (self.url("list"), self.url("page", obj.pk), self.url("new")):
            answers = [self.client.get(url, headers={"User-Agent": agent}) for agent in (PHONE, DESK)]
            phone, desk = map(driving.without_tokens, answers)
            assert phone == desk, url
            assert "User-Agent" not in answers[0].headers["Vary"]

    def test_every_column_has_its_cell(self) -> None:
        viewer = viewer_of(self.boss)
        objs = [self.make(**self.rich()), self.make()]
        columns = registry.columns(self.kind)
        for row in lists.draw_rows(self.kind, objs, columns, viewer):
            assert row["cells"].count("<td ") == len(columns)

    def test_every_icon_it_names_is_in_the_sprite(self) -> None:
        sprite = frontend.BUILD / "kontor" / "icons.svg"
        if not sprite.exists():
            pytest.skip("the front end is not installed")
        drawn = set(re.findall(r'id="([a-z0-9-]+)"', sprite.read_text(encoding="utf-8")))
        named = {self.kind.icon, *(action.icon for action in registry.actions(self.kind))}
        assert named <= drawn, named - drawn


def place() -> dict[str, Any]:
    """A country, a city and a source of its own, so that no look-up repeats one before."""
    country = common.country(common.code())
    return {"country": country, "city": common.city(country), "source": crm.source()}
