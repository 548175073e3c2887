"""Recent changes: what was done in the last 30 days, and what undoing would do. Nothing invisible is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import clock
from common.changes import binning, steps, undoing, values
from common.changes.deciding import Decision
from common.changes.models import Undo, UndoNote
from common.events.models import ChangeSet, Event, Via
from common.kinds import formats
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel
from common.people.models import User
from common.policy import scopes
from common.records import registry, timeline
from common.records.declaring import Viewer
from common.records.errors import BadFilter

SIZE = 50
MOST_SHOWN = 50
MOST_WORDS = 3


def get_act(pk: int, viewer: Viewer) -> ChangeSet:
    """A change set of the person's own, or any for an administrator. Raises `NotVisible`."""
    acts = ChangeSet.objects.select_related("actor").filter(pk=pk)
    act = acts.first() if viewer.principal.is_administrator else acts.filter(actor=viewer.user).first()
    if act is None:
        raise NotVisible
    return act


def get_undo(pk: int, viewer: Viewer) -> Undo:
    """An undoing the person asked for, or any for an administrator. Raises `NotVisible`."""
    row = Undo.objects.select_related("of", "made").filter(pk=pk).first()
    if row is None or not (viewer.principal.is_administrator or row.by_id == viewer.user.pk):
        raise NotVisible
    return row


def page(viewer: Viewer, query: Mapping[str, str]) -> tuple[list[ChangeSet], str]:
    """The newest change sets of the window, and the signed place to go on from. Raises `BadFilter`."""
    rows = ChangeSet.objects.filter(at__gte=clock.now() - undoing.WINDOW).select_related("actor").order_by("-id")
    if not viewer.principal.is_administrator:
        rows = rows.filter(actor=viewer.user)
    elif query.get("who", "").isdecimal():
        rows = rows.filter(actor=int(query["who"][:17]))
    if query.get("via") in Via.values:
        rows = rows.filter(via=query["via"])
    if query.get("after"):
        rows = rows.filter(id__lt=_unsign(query["after"]))
    found = list(rows[: SIZE + 1])
    return found[:SIZE], Signer(salt="recent").sign(str(found[SIZE - 1].pk)) if len(found) > SIZE else ""


def _unsign(text: str) -> int:
    try:
        return int(Signer(salt="recent").unsign(text))
    except (BadSignature, ValueError):
        raise BadFilter(part="after") from None


def who_changes() -> list[User]:
    """The people an administrator may filter by."""
    return list(User.objects.filter(is_active=True))


@dataclass(frozen=True)
class Told:
    """A change set: what it is called, what it did in words, to how many records, whether it can be taken back."""

    label: str
    words: str
    records: int
    undoable: bool


def tell(acts: Sequence[ChangeSet], viewer: Viewer) -> dict[int, Told]:
    """The change sets in words; the same few queries for any number of them.

    A label holds titles: it is told only where all records of the change set may be seen, with contact details.
    """
    kinds: dict[int, list[str]] = defaultdict(list)
    rows = Event.objects.filter(change_set__in=acts)
    for pk, kind in rows.order_by("change_set", "kind").values_list("change_set", "kind").distinct():
        kinds[pk].append(kind)
    totals = _counted(rows.filter(subject__isnull=False))
    seen = totals if viewer.principal.is_administrator else _visible(rows, viewer)
    undone = set(Undo.objects.filter(of__in=acts, holds=True).values_list("of_id", flat=True))
    told = {}
    for act in acts:
        records, verbs = totals.get(act.pk, 0), {steps.verb_of(kind) for kind in kinds[act.pk]}
        words = ", ".join(list(dict.fromkeys(timeline.words_of(kind) for kind in kinds[act.pk]))[:MOST_WORDS])
        label = act.label if seen.get(act.pk, 0) == records and not viewer.principal.hides_contacts else ""
        undoable = bool(records and verbs - steps.LASTING) and act.pk not in undone
        told[act.pk] = Told(label or words, words if label else "", records, undoable)
    return told


def _counted(events: Any) -> dict[int, int]:
    counts = events.order_by().values("change_set").annotate(records=Count("subject", distinct=True))
    return dict(counts.values_list("change_set", "records"))


def _visible(events: Any, viewer: Viewer) -> dict[int, int]:
    """How many records of each change set the person may see."""
    found: dict[int, int] = defaultdict(int)
    for key in events.order_by().filter(subject__isnull=False).values_list("subject__type", flat=True).distinct():
        rows = registry.get(key).model.everything.get_queryset().for_user(viewer.principal)
        for pk, count in _counted(events.filter(subject__in=rows.values("pk"))).items():
            found[pk] += count
    return found


def undo_urls(acts: Iterable[ChangeSet], viewer: Viewer) -> dict[int, str]:
    """Where this person may ask to undo these change sets, by their keys; one query."""
    since = clock.now() - undoing.WINDOW
    own = {
        act.pk for act in acts
        if act.at >= since and (act.actor_id == viewer.user.pk or viewer.principal.is_administrator)
    }  # fmt: skip
    rows = Event.objects.filter(change_set__in=own, subject__isnull=False)
    kinds = rows.order_by().values_list("change_set", "kind").distinct()
    changing = {pk for pk, kind in kinds if steps.verb_of(kind) not in steps.LASTING}
    undone = set(Undo.objects.filter(of__in=own, holds=True).values_list("of_id", flat=True))
    return {pk: reverse("undo", args=[pk]) for pk in changing - undone}


def entries(acts: Sequence[ChangeSet], viewer: Viewer) -> list[dict[str, Any]]:
    """Change sets by day, as `partials/history_list.html` takes them."""
    told = tell(acts, viewer)
    days: list[dict[str, Any]] = []
    for act in acts:
        day = timezone.localtime(act.at).date()
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "label": formats.long_date(day), "entries": []})
        one, actor = told[act.pk], act.actor
        count = ngettext("%(count)s record", "%(count)s records", one.records) % {"count": one.records}
        note = " · ".join(filter(None, [one.words, count if one.records else ""]))
        name = actor.full_name if actor else _("System")
        days[-1]["entries"].append({
            "who": {"name": name, "initials": actor.initials if actor else "", "tint": actor.tint if actor else 0},
            "text": one.label, "note": note, "time": formats.time_of(act.at),
            "iso": act.at.isoformat(), "via": act.get_via_display(), "changes": [],
            "undo_url": reverse("undo", args=[act.pk]) if one.undoable else "",
        })  # fmt: skip
    return days


def decided(found: Sequence[Decision], viewer: Viewer) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What undoing would do, record by record, and what it would leave: `{title, url, text, changes}`."""
    visible = timeline.visible_records([one.step.record for one in found], viewer)
    sayer = _sayer([one.step for one in found], visible, viewer)
    back, left = [], []
    for one in found:
        drawer = _Drawer(one.step, visible.get(one.step.record), viewer, sayer)
        if one.acts:
            text = {"in": _("goes to the bin"), "out": _("comes back from the bin")}.get(one.bin, "")
            back.append(drawer.draw(text, drawer.back(one.values)))
        for why in dict.fromkeys(why for name, why in one.left):
            left.append(drawer.leave(why, [name for name, other in one.left if name and other == why], ""))
    return back, left


def leaves(row: Undo) -> bool:
    """Whether an undoing left something as it is."""
    return row.notes.exists()


def stays(row: Undo) -> bool:
    """Whether every record an undoing touched is still outside the bin: a page about it can be shown again."""
    return not Event.objects.filter(change_set=row.made, kind__endswith=".removed").exists()


def noted(row: Undo, viewer: Viewer) -> tuple[list[dict[str, Any]], int]:
    """What an undoing left, record by record, and how many notes there are in all."""
    notes = list(row.notes.order_by("pk")[:MOST_SHOWN])
    loaded = {step.record: step for step in steps.load(row.of, list(dict.fromkeys(n.record_id for n in notes)))}
    visible = timeline.visible_records(loaded, viewer)
    sayer = _sayer(loaded.values(), visible, viewer)
    grouped: dict[tuple[int, str, str], list[str]] = defaultdict(list)
    for note in notes:
        grouped[note.record_id, note.why, note.text].append(note.field)
    drawn = []
    for (pk, why, text), names in grouped.items():
        drawer = _Drawer(loaded[pk], visible.get(pk), viewer, sayer)
        drawn.append(drawer.leave(why, [name for name in names if name], text))
    return drawn, row.notes.count()


def _sayer(found: Iterable[steps.Step], visible: Mapping[int, RecordModel], viewer: Viewer) -> timeline.Sayer:
    """Says what the fields of these steps were, became, and are now."""
    stored = []
    for step in found:
        for name, pair in step.changes.items():
            now = [values.current(visible[step.record], name)] if step.record in visible else []
            stored += [(step.model, name, side) for side in (*pair, *now)]
    return timeline.Sayer(stored, viewer, only_visible=True)


class _Drawer:
    """Draws one record of an undoing for one person."""

    def __init__(self, step: steps.Step, row: RecordModel | None, viewer: Viewer, sayer: timeline.Sayer) -> None:
        self.step, self.row, self.viewer, self.sayer = step, row, viewer, sayer
        self.kind = registry.of(step.model)
        self.rights = (
            scopes.fields(viewer.principal, step.model, scopes.relations(viewer.principal, [row])[row.pk])
            if row is not None else None
        )  # fmt: skip

    def draw(self, text: str, changes: list[dict[str, Any]]) -> dict[str, Any]:
        """The record, what happens to it, and its fields in words."""
        label = str(self.kind.label)
        if self.row is None:
            return {"title": label, "url": "", "text": text, "changes": []}
        url = self.kind.page_url(self.row) if self.row.deleted_at is None else ""
        return {"title": f"{label}: {self.row.title}", "url": url, "text": text, "changes": changes}

    def back(self, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The fields that get their old values: from what they are to what they were."""
        return [self._said(name, self.step.changes[name][1], old) for name, old in wanted.items() if self._reads(name)]

    def leave(self, why: str, names: Sequence[str], text: str) -> dict[str, Any]:
        """Why the record, or some of its fields, stay; a field with the value it had and the one it keeps."""
        said = [self._said(name, self.step.changes[name][0], self._now(name)) for name in names if self._reads(name)]
        words = text or str(UndoNote.Why(why).label)
        if why == UndoNote.Why.USED and self.row is not None:
            words = f"{words}: {self._users(self.row)}"
        return self.draw(words, said)

    def _users(self, row: RecordModel) -> str:
        users = [user for user in binning.pointing(row) if user.deleted_at is None]
        seen, rest = binning.first_seen(users, self.viewer.user)
        return binning.with_others([f"{registry.of(user).label} {user.title}" for user in seen], rest)

    def _reads(self, name: str) -> bool:
        return self.rights is not None and self.rights.readable(name) and name in self.step.changes

    def _now(self, name: str) -> Any:
        return values.current(self.row, name) if self.row is not None else None

    def _said(self, name: str, old: Any, new: Any) -> dict[str, Any]:
        model = self.step.model
        return {
            "field": timeline.field_label(model, name), "old": self.sayer.say(model, name, old, None),
            "new": self.sayer.say(model, name, new, None),
        }  # fmt: skip
