from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.changes.values import link_fields
from common.kinds import formats
from common.kinds.errors import NotVisible
from common.kinds.models import RecordModel, RecordQuerySet
from common.money import formats as money
from common.organisation.selectors import next_working_day
from common.people.models import User
from common.records import lists
from common.records.calls import number_url
from common.records.declaring import (
    Action,
    Board,
    Column,
    NamedFilter,
    Panel,
    PresetView,
    RecordType,
    Section,
    Sort,
    Viewer,
)
from common.records.filters import mine_filter, quiet_filter
from common.records.registry import register
from common.records.timeline import describe
from deals import drawing, selectors, services
from deals.forms import CloseForm, FinishStepForm, MoveForm, PipelineForm, StepForm
from deals.models import Deal, Outcome

CARDS_BY = (F("next_step_on").asc(nulls_last=True), "-created_at", "-pk")


def _state_q(values: Sequence[str], viewer: Viewer) -> Q:
    found = Q(pk__in=[])
    if "open" in values:
        found |= Q(closed_on=None)
    closed = [value for value in values if value in (Outcome.WON, Outcome.LOST)]
    if closed:
        found |= Q(closing_reason__outcome__in=closed)
    return found


STATE = NamedFilter(
    "state", _("status"), _state_q,
    lambda viewer: [("open", _("open")), ("won", _("won")), ("lost", _("lost"))],
)  # fmt: skip


def _stage_cell(obj: Deal, extra: Any, viewer: Viewer) -> dict[str, Any]:
    return {"stage": drawing.glyph_of(obj.stage_id)}


def _signals_cell(obj: Deal, extra: Any, viewer: Viewer) -> dict[str, Any]:
    return {"signals": extra or [], "new": obj.version == 1 and obj.is_open and not extra}


def coowners(objs: Sequence[Any], viewer: Viewer) -> dict[int, list[User]]:
    """The co-owners of a page of deals, one query."""
    return selectors.coowners_of([obj.pk for obj in objs])


def _groups(request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
    """The pipelines one may switch between, and the columns of the chosen one."""
    found = selectors.boards_for(viewer.user, viewer.principal)
    wanted = request.GET.get("pipeline", "")
    chosen = next((p for p in found if str(p.pk) == wanted), found[0] if found else None)
    query = request.GET.copy()
    choices = []
    for pipeline in found:
        query["pipeline"] = str(pipeline.pk)
        choices.append({"label": str(pipeline), "url": f"?{query.urlencode()}", "current": pipeline == chosen})
    stages = [s for s in selectors.stages_of(chosen) if s.outcome == Outcome.OPEN] if chosen else []
    return {
        "label": str(chosen or ""),
        "choices": choices,
        "currency": money.base_code(),
        "condition": Q(pipeline=chosen, closed_on=None),
        "columns": [
            {"key": s.pk, "stage": drawing.glyph(s), "add_url": f"/deals/new/?pipeline={s.pipeline_id}&stage={s.pk}"}
            for s in stages
        ],
        "closing": [
            {
                "key": "won",
                "label": gettext("Won"),
                "icon": "circle-check-filled",
                "note": gettext("needs an amount"),
                "tone": "green",
            },
            {
                "key": "lost",
                "label": gettext("Lost"),
                "icon": "circle-x-filled",
                "note": gettext("asks for a reason"),
                "tone": "",
            },
        ],
    }


def _board_totals(rows: RecordQuerySet[Any]) -> dict[Any, dict[str, Any]]:
    return {
        stage_id: {
            "count": totals.count, "sum": drawing.sums(totals.amount), "weighted": drawing.sums(totals.weighted),
            "sum_raw": int(totals.amount.amount * 100),
        }
        for stage_id, totals in selectors.board_totals(rows).items()
    }  # fmt: skip


def _card(obj: Deal, extra: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    today = formats.viewer_today()
    close, spent = drawing.close_day(obj, today), drawing.days(obj)
    base = selectors.amount_today(obj)
    return {
        "pk": obj.pk,
        "url": f"/deals/{obj.pk}/",
        "move_url": f"/deals/{obj.pk}/move/",
        "choose_url": f"/deals/{obj.pk}/to-stage/",
        "title": obj.name,
        "company": str(obj.company or obj.contact or obj.lead or ""),
        "amount": money.money_of(obj.amount, obj.currency_id, cents=False),
        "sum": int(base * 100) if base is not None else 0,
        "close": {"text": close["text"], "late": bool(close["tone"])},
        "next": drawing.next_step(obj, today),
        "people": drawing.people(obj, [])["people"],
        "signals": extra["signals"].get(obj.pk, []),
        "new": False,
        "days": spent["text"],
        "days_tone": spent.get("tone", ""),
    }


def _move(deal: Deal, stage_id: int, by: User) -> Deal:
    stage = selectors.pipelines().stage_by_id.get(stage_id)
    if stage is None:
        raise NotVisible
    return services.move_to_stage(deal, stage=stage, by=by)


@register
class DealType(RecordType):
    """Sales in progress."""

    model = Deal
    namespace = "deals"
    icon = "briefcase"
    prefix = "D"
    label, label_plural, new_label = _("Deal"), _("Deals"), _("New deal")
    nav_order = 20
    go_key = "d"
    chapter = "user-guide#sales-managers"
    empty_text = _("Deals come from requests, or you type the first one. It needs a name, a company and a next step.")
    quick = ("name", "company", "contact", "amount", "next_step", "next_step_on")
    related = ("company", "contact", "lead")
    unsummed = ("probability",)
    page_related = ("stage", "pipeline", "currency", "closing_reason", "closed_from")
    parts = (selectors.LINES, "payments")

    columns = (
        Column("name", _("Deal"), kind="name", slot="title"),
        Column(
            "signals", _("Signs"), kind="signals", slot="marks", hide_label=True, load=lists.signals, cell=_signals_cell
        ),
        Column("company", kind="company", slot="sub"),
        Column("stage", kind="stage", slot="state", cell=_stage_cell, field="stage"),
        Column("amount", kind="money", slot="amount"),
        Column(
            "next_step",
            kind="next",
            slot="next",
            field="next_step",
            cell=lambda obj, extra, viewer: drawing.next_step(obj, formats.viewer_today()),
        ),
        Column(
            "expected_close",
            pgettext_lazy("date", "Close"),
            kind="date",
            priority=2,
            field="expected_close",
            cell=lambda obj, extra, viewer: drawing.close_day(obj, formats.viewer_today()),
        ),
        Column(
            "owner",
            kind="people",
            slot="people",
            load=coowners,
            field="owner",
            related=("owner",),
            cell=lambda obj, extra, viewer: drawing.people(obj, extra),
        ),
        Column(
            "days",
            _("In stage"),
            kind="days",
            slot="days",
            priority=3,
            field="stage",
            cell=lambda obj, extra, viewer: drawing.days(obj),
        ),
    )
    filters = (
        mine_filter(),
        STATE,
        "stage",
        "pipeline",
        "owner",
        "department",
        "amount",
        "currency",
        "next_step_on",
        "expected_close",
        "is_important",
        "closing_reason",
        "closed_on",
        "company",
        "contact",
        "source",
        "tags",
        "coowners",
        "assignees",
        "created_at",
        quiet_filter(),
    )
    sorts = (
        Sort("newest", "created_at", _("newest first"), descending=True),
        Sort("next", "next_step_on", _("next step first")),
        Sort("closed", "closed_on", _("last closed first"), descending=True),
    )
    toggle = ("newest", "next")
    views = (
        PresetView("my-open", _("My open"), "f=state.is:open&f=mine.is:me"),
        PresetView(
            "no-step", pgettext_lazy("view", "No next step"), "f=state.is:open&f=mine.is:me&f=next_step_on.empty"
        ),
        PresetView("closing", _("Closing this month"), "f=state.is:open&f=mine.is:me&f=expected_close.is:this-month"),
        PresetView("overdue", _("Overdue"), "f=state.is:open&f=mine.is:me&f=next_step_on.is:overdue"),
        PresetView("won", _("Won this month"), "f=state.is:won&f=mine.is:me&f=closed_on.is:this-month"),
        PresetView("open", _("All open"), "f=state.is:open"),
    )
    sections = (
        Section("main", _("Main"), ("name", ("company", "contact"), "lead")),
        Section("money", _("Money"), (("amount", "currency"), ("probability", "expected_close"))),
        Section("next", _("Next step"), (("next_step", "next_step_on"),)),
        Section(
            "more", _("Classification"), ("coowners", "assignees", ("source",), "tags", "is_important", "description")
        ),
    )
    panels = (
        Panel("lines", _("Lines"), "records/panels/table.html", drawing.lines_panel, order=10),
        Panel("payments", _("Payments"), "deals/deal/payments.html", drawing.payments_panel, order=20),
    )
    actions = (
        Action("done", _("Done"), lambda obj, data, by: services.finish_next_step(
            obj, then_text=data["next_step"], then_on=data["next_step_on"], by=by), icon="check", permission="change",
            form=FinishStepForm, offered=lambda obj: obj.is_open and bool(obj.next_step), shown="none", done=_("Done")),
        Action("step", _("Plan next step"), lambda obj, data, by: services.set_next_step(
            obj, text=data["next_step"], on=data["next_step_on"], by=by), icon="calendar-event", permission="change",
            form=StepForm, offered=lambda obj: obj.is_open, shown="none", done=_("Next step planned")),
        Action("close", _("Close deal"), lambda obj, data, by: services.close_deal(
            obj, reason=data["closing_reason"], amount=data["amount"], on=data["closed_on"], by=by), icon="flag",
            form=CloseForm, offered=lambda obj: obj.is_open, shown="none", done=_("Closed")),
        Action("reopen", _("Reopen"), lambda obj, data, by: services.reopen_deal(obj, by=by), icon="rotate-clockwise",
               permission="close", offered=lambda obj: not obj.is_open, shown="button", done=_("Reopened")),
        Action("star", _("Important"), lambda obj, data, by: services.toggle_important(obj, by=by), icon="star",
               permission="change", shown="none"),
        Action("to-stage", _("Move to another stage"), lambda obj, data, by: services.move_to_stage(
            obj, stage=data["stage"], by=by), icon="git-branch", permission="move", form=MoveForm,
            offered=lambda obj: obj.is_open, key="m"),
        Action("pipeline", _("Move to another pipeline"), lambda obj, data, by: services.change_pipeline(
            obj, pipeline=data["pipeline"], by=by), icon="sitemap", permission="move", form=PipelineForm,
            offered=lambda obj: obj.is_open),
    )  # fmt: skip
    board = Board("stage", _groups, _move, _card, CARDS_BY, _board_totals)

    def totals(self, rows: RecordQuerySet[Any]) -> dict[str, Any]:
        return drawing.totals_line(selectors.list_totals(rows))

    def head(self, obj: Deal, viewer: Viewer) -> dict[str, Any]:
        visible = selectors.visible_counterparties(viewer.principal, obj)
        subs = []
        for record, url in ((obj.company, "companies"), (obj.lead, "leads")):
            if record is not None:
                known = record.pk in visible
                subs.append({"label": record.title, "url": f"/{url}/{record.pk}/" if known else "", "text": ""})
        subs.append({"label": obj.ticket, "url": "", "text": gettext("ticket")})
        return {
            "star": {"on": obj.is_important, "url": f"/deals/{obj.pk}/star/"}, "subs": subs,
            "copy": f"[ticket:{obj.ticket}]", "contact": self.contact(obj, visible),
            "shrink": {
                "stage": drawing.glyph(obj.stage), "amount": money.money_of(obj.amount, obj.currency_id),
                "next": drawing.next_step(obj, formats.viewer_today()) if obj.is_open else None,
            },
        }  # fmt: skip

    def contact(self, obj: Deal, visible: set[int]) -> dict[str, Any] | None:
        """The person to talk to, where the viewer may see them."""
        person = obj.contact or obj.lead
        if person is None or person.pk not in visible:
            return None
        kind = "contacts" if obj.contact else "leads"
        return {
            "pk": person.pk,
            "name": person.title,
            "url": f"/{kind}/{person.pk}/",
            "initials": "".join(w[0] for w in person.title.split()[:2]),
            "tint": "none",
            "post": person.job_title,
            "phone": person.phone,
            "phone_url": number_url(person),
            "mail": person.email,
            "mail_url": "" if person.is_masked else f"mailto:{person.email}?subject=[ticket:{obj.ticket}]",
        }

    def bar(self, obj: Deal, viewer: Viewer) -> dict[str, Any] | None:
        return drawing.bar(obj)

    def facts(self, obj: Deal, viewer: Viewer) -> list[dict[str, Any]]:
        return drawing.facts(obj, link_fields["coowners"].of(obj))

    def planned(self, obj: Deal) -> list[dict[str, Any]]:
        step = drawing.next_step(obj, formats.viewer_today())
        if step["state"] in ("", "none"):
            return []
        return [{**step, "when": formats.short_date(obj.next_step_on), "url": f"/deals/{obj.pk}/step/"}]

    def step_url(self, obj: Deal) -> str:
        return f"/deals/{obj.pk}/step/" if obj.is_open else ""

    def initial(self, request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
        day = next_working_day(formats.viewer_today(), viewer.user.department_id)
        return {"currency": selectors.currency_for(viewer.user), "next_step_on": day}

    def required_now(self, obj: Deal | None) -> Collection[str]:
        return selectors.pipelines().stage_by_id[obj.stage_id].required_fields if obj else ()

    def save_new(self, values: Mapping[str, Any], by: User) -> RecordModel:
        return services.create_deal(by=by, **values)


for kind, words in {
    "deal.moved": _("Moved"), "deal.closed": _("Closed"), "deal.reopened": _("Reopened"),
    "deal.step_set": _("Next step planned"), "deal.step_done": _("Step done"),
}.items():  # fmt: skip
    describe(kind, words)
