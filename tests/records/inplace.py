"""What every record type must be able to do where it stands: edited field by field, shown in the side panel."""

from __future__ import annotations

from typing import Any

from common.changes import services as changes
from common.events.models import Event
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import selectors as policy
from common.records.declaring import RecordType
from tests.factories import common
from tests.records.driving import filled, queries, signed_in

FRAGMENT = {"HX-Request": "true", "HX-Target": "cell"}
MOST_QUERIES_OF_A_PANEL = 18


class InPlaceSuite:
    """A part of `RecordTypeSuite`."""

    kind: RecordType
    client: Any
    boss: User
    stranger: User
    field: str
    value: str
    changed: dict[str, str]

    def make(self, **values: Any) -> RecordModel:
        raise NotImplementedError

    def rich(self) -> dict[str, Any]:
        raise NotImplementedError

    def who_may(self, action: str) -> Any:
        raise NotImplementedError

    def fresh(self, obj: RecordModel) -> Any:
        raise NotImplementedError

    def place_of(self, obj: RecordModel, name: str) -> str:
        """The address where one field is edited."""
        return self.kind.url("field", obj.pk, name)

    def test_every_field_opens_where_it_stands_and_saves_unchanged(self) -> None:
        obj, client = self.make(**self.rich()), signed_in(self.boss)
        events = Event.objects.filter(subject=obj.pk).count()
        for name in self.kind.form_names():
            url = self.place_of(obj, name)
            opened = client.get(url, headers=FRAGMENT)
            if opened.status_code == 404:
                assert name == obj.parent_field, name
                continue
            form = opened.context["form"]
            assert name in form.fields, name
            saved = client.post(url, filled(form), headers=FRAGMENT)
            assert saved.status_code == 200, (name, saved.content)
            # Saving a part may set its whole right; the part itself stays as it is.
            assert self.kind.model.parent_field or "HX-Trigger" not in saved.headers, name
            assert client.get(url).status_code == 200, name
        assert Event.objects.filter(subject=obj.pk).count() == events

    def test_a_field_is_changed_where_it_stands_and_undone(self) -> None:
        obj, client = self.make(), self.who_may("change")
        url = self.place_of(obj, self.field)
        sent = {**filled(client.get(url, headers=FRAGMENT).context["form"]), **self.changed}
        answer = client.post(url, sent, headers=FRAGMENT)
        assert answer.status_code == 200
        assert self.value in answer.content.decode()
        assert "<form" not in answer.content.decode()
        assert getattr(self.fresh(obj), self.field) == self.value
        assert Event.objects.filter(subject=obj.pk).latest("pk").via == "inline"
        assert '"undo": "/' in answer.headers["HX-Trigger"]

    def test_somebody_else_was_faster_in_the_same_field(self) -> None:
        obj, client = self.make(), self.who_may("change")
        url = self.place_of(obj, self.field)
        sent = {**filled(client.get(url, headers=FRAGMENT).context["form"]), **self.changed}
        changes.edit(obj, {self.field: "Theirs"}, by=common.SETUP)
        answer = client.post(url, sent, headers=FRAGMENT)
        assert answer.status_code == 409
        assert "Theirs" in answer.content.decode()
        assert client.get(f"{url}?shown=1", headers=FRAGMENT).content.decode() == "Theirs"
        again = client.post(url, filled(answer.context["form"]), headers=FRAGMENT)
        assert again.status_code == 200
        assert getattr(self.fresh(obj), self.field) == self.value

    def test_only_fields_of_the_form_are_edited_and_only_by_who_may(self) -> None:
        obj, client = self.make(), self.who_may("change")
        for name in ("owner", "department", "number", "nothing", "version"):
            assert client.get(self.place_of(obj, name), headers=FRAGMENT).status_code == 404, name
        if policy.may(self.stranger, obj, "change"):
            return
        stranger = signed_in(self.stranger)
        answer = stranger.post(self.place_of(obj, self.field), self.changed, headers=FRAGMENT)
        assert answer.status_code in (403, 404)
        assert getattr(self.fresh(obj), self.field) != self.value

    def test_the_side_panel_shows_the_record_in_short(self) -> None:
        obj = self.make(**self.rich())
        url = self.kind.url("peek", obj.pk)
        client = self.who_may("view")
        panel = client.get(url, headers=FRAGMENT)
        assert panel.status_code == 200
        assert self.kind.number_of(obj) in panel.content.decode()
        assert "<html" not in panel.content.decode()
        assert client.get(url).headers["Location"] == self.kind.page_url(obj)
        assert queries(lambda: client.get(url, headers=FRAGMENT)) <= MOST_QUERIES_OF_A_PANEL
        if self.kind.nav_block:
            listed = client.get(self.kind.url("list"), {"all": "1", "peek": obj.pk})
            assert listed.context["peek"]["pk"] == obj.pk
            for wrong in ("x", "9" * 30, "-1", "0"):
                assert client.get(self.kind.url("list"), {"all": "1", "peek": wrong}).context["peek"] is None

    def test_the_side_panel_shows_nothing_of_what_one_may_not_see(self) -> None:
        obj = self.make()
        stranger = signed_in(self.stranger)
        seen = stranger.get(self.kind.url("page", obj.pk)).status_code
        assert stranger.get(self.kind.url("peek", obj.pk), headers=FRAGMENT).status_code == seen
        listed = stranger.get(self.kind.url("list"), {"all": "1", "peek": obj.pk})
        if listed.status_code == 200:
            assert (listed.context["peek"] is None) == (seen != 200)
