from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.changes import submissions
from common.changes.submissions import AlreadySubmitted
from common.kinds import formats
from common.people.models import User
from common.policy.rules import PersonRequest, signed_in
from common.records import bins, columns, many, registry
from common.records.forms import form_field
from common.records.inputs import LONGEST_KEY, SeveralField
from common.records.many import Act
from common.records.state import ListState
from common.records.timeline import field_label
from common.records.views import toasts
from common.records.views.acting import TransferForm
from common.records.views.base import RecordView, viewer_of
from common.tags.models import Tag

MOST_TICKED = 1000
NAMED = 5


class AssignForm(forms.Form):
    """Whom to assign; they are added to those who are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"] = SeveralField(User.objects.filter(is_active=True), label=_("Assignees"))


class TagForm(forms.Form):
    """Which tags."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"] = SeveralField(Tag.objects.in_use(), label=_("Tags"))


class OneFieldForm(forms.Form):
    """Which field, then what it becomes; empty empties it."""

    field = forms.ChoiceField(label=gettext_lazy("Field"), widget=forms.Select({"data-autosubmit": ""}))

    def __init__(self, view: BulkView, data: QueryDict | None = None) -> None:
        super().__init__(data)
        model = view.type.model
        names = [n for n in view.type.form_names() if n in columns.editable(view.type, view.viewer)]
        choices = sorted(((n, field_label(model, n)) for n in names if n != model.parent_field), key=lambda c: c[1])
        self.fields["field"].choices = [("", pgettext_lazy("nothing chosen", "—")), *choices]  # type: ignore[attr-defined]  # a choice
        self.chosen = str(data.get("field", "")) if data else ""
        if self.chosen in names:
            self.fields[self.chosen] = form_field(model, self.chosen, view.viewer, None)

    def values(self) -> dict[str, Any]:
        """What is written."""
        return {self.chosen: self.cleaned_data[self.chosen]}


FORMS: Mapping[str, type[forms.Form]] = {
    "assign": AssignForm, "tag": TagForm, "untag": TagForm, "transfer": TransferForm,
}  # fmt: skip


class BulkView(RecordView):
    """An act on many rows: what it would do and to which not, then the doing; its page tells what was done."""

    http_method_names = ["post"]
    action = "bulk"

    def post(self, request: PersonRequest, name: str) -> HttpResponse:
        act = next((act for act in many.offered(self.type, self.viewer) if act.name == name), None)
        if act is None:
            raise Http404
        if (url := submissions.answered(request.POST.get("nonce", ""))) is not None:
            return HttpResponseRedirect(url or self.back_url, status=303)
        keys = many.selected(self.type, self.viewer, self.ticked(), self.everything())
        form = self.form(act)
        sent = "confirmed" in request.POST and request.POST["confirmed"] == request.POST.get("field", "")
        if not sent or (form is not None and not form.is_valid()):
            return self.ask(act, keys, form, status=422 if sent else 200)
        try:
            with submissions.once(request.POST.get("nonce", "")) as submission:
                values = self.values(form)
                run = many.begin(self.type, act, keys, values, self.label(act, form, len(keys)), by=request.user)
                submission.url = reverse("bulk-run", args=[run.pk])
        except AlreadySubmitted as again:
            return HttpResponseRedirect(again.url or self.back_url, status=303)
        return HttpResponseRedirect(submission.url, status=303)

    @property
    def back_url(self) -> str:
        """The list as it was."""
        return self.state().link()

    def state(self) -> ListState:
        """The list the rows were selected in."""
        return ListState(self.type, self.viewer, QueryDict(self.request.POST.get("query", "")))

    def everything(self) -> ListState | None:
        """The list, where all its rows are meant."""
        return self.state() if self.request.POST.get("all") == "1" else None

    def ticked(self) -> list[int]:
        """The keys of the ticked rows."""
        sent = self.request.POST.getlist("pk")[:MOST_TICKED]
        return [int(key) for key in sent if key.isdecimal() and len(key) <= LONGEST_KEY]

    def form(self, act: Act) -> forms.Form | None:
        """What the act asks for, filled as far as it was sent."""
        asked_before = "confirmed" in self.request.POST
        if act.name == "edit":
            return OneFieldForm(self, self.request.POST if asked_before else None)
        form_class = FORMS.get(act.name)
        return form_class(self.request.POST if asked_before else None) if form_class else None

    def values(self, form: forms.Form | None) -> dict[str, Any]:
        """What the act takes."""
        if form is None:
            return {}
        return form.values() if isinstance(form, OneFieldForm) else form.cleaned_data

    def label(self, act: Act, form: forms.Form | None, count: int) -> str:
        """What the act is called in the history."""
        what = field_label(self.type.model, form.chosen) if isinstance(form, OneFieldForm) else act.label
        return f"{what}: {formats.number(count)}"

    def ask(self, act: Act, keys: list[int], form: Any, status: int) -> HttpResponse:
        fields = [form.chosen] if isinstance(form, OneFieldForm) and form.chosen in form.fields else []
        found = many.preview(self.type, act, self.viewer, keys, fields)
        nonce = self.request.POST.get("nonce") or submissions.new_nonce()
        kept: list[tuple[str, Any]] = [("query", self.request.POST.get("query", "")), ("nonce", nonce)]
        kept += [("all", "1")] if self.everything() else [("pk", key) for key in keys]
        kept.append(("confirmed", fields[0] if fields else ""))
        next_step = isinstance(form, OneFieldForm) and not fields
        context = {
            "title": act.label, "text": self.sentence(keys, found), "form": form,
            "effects": [*self.refused(found), *self.binned(act, keys)], "label": _("Next") if next_step else act.label,
            "danger": act.danger, "cancel_url": self.back_url, "action": self.request.get_full_path(), "fields": kept,
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")}, {"label": act.label, "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/operation.html", context, status=status)

    def sentence(self, keys: list[int], found: many.Preview) -> str:
        """How many are selected, which, and how many of them would change."""
        rows = self.type.model.objects.for_user(self.viewer.principal).filter(pk__in=keys[:NAMED])
        titles = ", ".join(row.title for row in rows) + ("…" if len(keys) > NAMED else "")
        said = _("Selected: %(count)s. %(titles)s") % {"count": formats.number(len(keys)), "titles": titles}
        would = _("Would change: %(count)s.") % {"count": formats.number(found.allowed)}
        return f"{said} {would}"

    def refused(self, found: many.Preview) -> list[dict[str, Any]]:
        """Which rows stay as they are, and why."""
        if not found.refused_count:
            return []
        lines = [f"{row.title}: {reason}" for row, reason in found.refused]
        if found.refused_count > len(lines):
            lines.append("…")
        title = _("Not changed: %(count)s") % {"count": formats.number(found.refused_count)}
        return [{"title": title, "tone": "amber", "icon": "alert-triangle", "lines": lines,
                 "blocking": not found.allowed}]  # fmt: skip

    def binned(self, act: Act, keys: list[int]) -> list[dict[str, Any]]:
        """What the bin would take along."""
        if act.name != "bin":
            return []
        rows = list(self.type.model.objects.for_user(self.viewer.principal).filter(pk__in=keys[: many.CHUNK]))
        return bins.effects(rows, self.viewer)


@signed_in
def bulk_run(request: PersonRequest, pk: int) -> HttpResponse:
    """What an act on many did, or how far it is: for who asked for it."""
    run = many.of_person(pk, request.user)
    if run is None:
        raise Http404
    kind, viewer = registry.get(run.type), viewer_of(request)
    refused = many.refusals(run, viewer)
    context = {
        "run": run, "type": kind, "title": run.label, "changed": _sentence(run),
        "refused": [{"title": row.title, "url": kind.page_url(row), "reason": text} for row, text in refused],
        "refused_title": _("Not changed: %(count)s") % {"count": formats.number(run.refusals.count())},
        "undo_url": toasts.undo_url([run.made]) if run.made and run.done_at else "", "back_url": kind.url("list"),
        "progress": {"done": run.cursor, "total": len(run.keys)} if run.done_at is None else None,
        "crumbs": [{"label": kind.label_plural, "url": kind.url("list")}, {"label": run.label, "url": ""}],
    }  # fmt: skip
    template = "records/_bulk_result.html" if request.htmx else "records/bulk_result.html"
    return render(request, template, context)


def _sentence(run: Any) -> str:
    if run.done_at is None:
        return _("Changed so far: %(count)s") % {"count": formats.number(run.changed)}
    return _("Changed: %(count)s") % {"count": formats.number(run.changed)}
