from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.changes import merging, submissions
from common.changes import values as tracked
from common.changes.services import via
from common.changes.submissions import AlreadySubmitted
from common.events.models import Via
from common.files import services as files
from common.files.models import Attachment
from common.kinds import formats
from common.kinds.errors import DomainError, NotVisible
from common.kinds.models import RecordModel, RecordQuerySet
from common.people.models import User
from common.people.selectors import active_people
from common.policy import presets, scopes
from common.policy.rules import PersonRequest
from common.records import describing, recent, registry, services, timeline
from common.records.calls import Direction, Outcome
from common.records.declaring import Action
from common.records.inputs import LONGEST_KEY
from common.records.views.base import RecordView
from common.records.views.sharing import sharing


class PageView(RecordView):
    """The page of one record: head, stage bar, facts, panels, details, timeline, composer."""

    composer_error = ""
    composer_text = ""
    call_error = ""

    def get(self, request: PersonRequest, pk: int, status: int = 200) -> HttpResponse:
        try:
            obj = self.get_object()
        except NotVisible:
            return self.where_merged(pk)
        self.related = self.relations_of(obj)
        allowed = self.allowed_actions()
        head = self.type.head(obj, self.viewer)
        if "change" not in allowed:
            head["star"] = None
        bar = self.type.bar(obj, self.viewer)
        panels = [
            {"panel": panel, "data": panel.load(obj, self.viewer)} for panel in registry.panels(self.type)
        ]  # fmt: skip
        joined = merging.joined_to(obj)
        attached = self.files(obj, joined)
        fields = describing.details(self.type, obj, self.viewer, self.related)
        context = {
            "obj": obj, "number": self.type.number_of(obj), "head": head, "bar": self.usable(bar, allowed),
            "facts": self.type.facts(obj, self.viewer), "panels": panels, "files": attached,
            "fields": [one for one in fields if one.get("html") != ""],
            "empty_fields": [one for one in fields if one.get("html") == ""], "fields_url": self.type.url("list"),
            "actions": self.actions(obj, allowed, "button"),
            "menu": self.menu(obj, allowed), "tags": self.tags(obj), "may_change": "change" in allowed,
            "sections": self.section_tabs(panels, attached), "timeline": self.timeline(obj, joined),
            "composer": self.composer(obj, head.get("contact")),
            "sharing": sharing(self.type, obj, self.viewer, self.related),
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": self.type.number_of(obj), "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/page.html", context, status=status)

    def composer(self, obj: RecordModel, contact: dict[str, Any] | None = None) -> dict[str, Any]:
        """The forms of a note and of a call, the latter with the `contact` of the page, filled with a refused text."""
        return {
            "note": {
                "url": self.type.url("note", obj.pk), "error": self.composer_error,
                "text": "" if self.call_error else self.composer_text,
            },
            "call": {
                "url": self.type.url("call", obj.pk), "error": self.call_error,
                "text": self.composer_text if self.call_error else "", "contact": contact,
                "outcomes": Outcome.choices, "directions": Direction.choices,
            },
        }  # fmt: skip

    def where_merged(self, pk: int) -> HttpResponse:
        """To the record this one was merged into. Raises `NotVisible` where both are not the person's to see."""
        is_key = self.type.model.can_merge and len(str(pk)) <= LONGEST_KEY
        kept = merging.kept_as([pk]).get(pk) if is_key else None
        if kept is None:
            raise NotVisible
        if self.type.model.everything.for_user(self.viewer.principal).filter(pk__in=[pk, kept]).count() < 2:
            raise NotVisible
        messages.info(self.request, _("It was merged into this one."))
        return HttpResponseRedirect(f"{self.type.url('list')}{kept}/")

    def rows(self) -> RecordQuerySet[Any]:
        """With everything the page shows of the record itself, links and parts included."""
        model = self.type.model
        columns = [n for n in self.type.form_names() if n not in tracked.link_fields and not tracked.is_beside(n)]
        fields = [model._meta.get_field(name) for name in columns]
        joined = [field.name for field in fields if field.many_to_one]
        sets = [field.name for field in fields if field.many_to_many]
        links = {link.relation: link for link in map(tracked.link_fields.__getitem__, model.link_fields)}
        fetched = [Prefetch(f"record__{relation}", link.rows()) for relation, link in links.items()]
        joined += ["record", "department", "created_by", *self.type.page_related]
        rows = super().rows().select_related(*joined)
        return rows.prefetch_related(*fetched, *sets, *self.type.parts)

    def relations_of(self, obj: RecordModel) -> scopes.Relations:
        """How the person stands to the record."""
        return scopes.relations(self.viewer.principal, [obj])[obj.pk]

    def allowed_actions(self) -> set[str]:
        """What this person may do to this record."""
        names = presets.action_names(self.type.key)
        return scopes.actions(self.viewer.principal, self.type.model, self.related, names)

    def usable(self, bar: dict[str, Any] | None, allowed: set[str]) -> dict[str, Any] | None:
        """The stage bar without the links this person may not use."""
        if bar is None:
            return None
        if bar["permission"] not in allowed:
            for stage in bar["stages"]:
                stage["url"] = None
        if bar["close_permission"] not in allowed:
            bar["close"] = None
        return bar

    def offered(self, obj: RecordModel, allowed: set[str]) -> list[Action]:
        """The named actions that make sense now and are allowed."""
        return [a for a in registry.actions(self.type) if a.is_offered(obj, self.viewer.principal, allowed)]

    def button(self, obj: RecordModel, action: Action) -> dict[str, Any]:
        """An action as a button or menu item: posted at once, or first its form."""
        return {
            "label": action.label, "icon": action.icon, "url": self.type.url("action", obj.pk, action.name),
            "method": "get" if action.form or action.danger else "post", "key": action.key,
            "tone": "primary" if action.shown == "primary" else "danger" if action.danger else "",
        }  # fmt: skip

    def actions(self, obj: RecordModel, allowed: set[str], place: str) -> list[dict[str, Any]]:
        """The buttons of the head."""
        shown = [a for a in self.offered(obj, allowed) if a.shown in (place, "primary")]
        found = [self.button(obj, action) for action in shown]
        if "change" in allowed and self.type.sections:
            found.append({"label": _("Edit"), "icon": "pencil", "url": self.type.url("edit", obj.pk), "key": "e"})
        found.append({
            "label": _("History"), "icon": "history", "url": self.type.url("history", obj.pk), "icon_only": True,
        })  # fmt: skip
        return found

    def menu(self, obj: RecordModel, allowed: set[str]) -> list[dict[str, Any]]:
        """The dots menu."""
        found = [self.button(obj, action) for action in self.offered(obj, allowed) if action.shown == "menu"]
        found.append({"label": "PDF", "icon": "file-type-pdf", "url": self.type.url("record-pdf", obj.pk)})
        found += [
            {"label": link.label, "icon": link.icon, "url": link.url(self.type, obj)}
            for link in registry.links(self.type, "record") if link.permission in allowed
        ]  # fmt: skip
        if "transfer" in allowed:
            found.append({
                "label": _("Give to somebody else"), "icon": "user-share", "url": self.type.url("transfer", obj.pk),
            })  # fmt: skip
        if "delete" in allowed:
            found.append({
                "label": _("Delete"), "icon": "trash", "url": self.type.url("bin", obj.pk), "tone": "danger",
            })  # fmt: skip
        return found

    def tags(self, obj: RecordModel) -> list[str]:
        """The words on the record."""
        return [str(tag) for tag in tracked.link_fields["tags"].of(obj)] if "tags" in obj.link_fields else []

    def files(self, obj: RecordModel, joined: Sequence[int]) -> list[dict[str, Any]]:
        """The files as boxes; `joined`: the record and what was merged into it."""
        rows = Attachment.objects.filter(record_id__in=joined, removed_at=None).select_related("blob", "by")
        return [
            {
                "name": row.name, "url": reverse("files:serve", args=[row.pk, row.name]),
                "note": " · ".join(filter(None, [
                    filesizeformat(row.blob.size), row.by.full_name if row.by else "",
                    formats.short_date(timezone.localtime(row.at).date()),
                ])),
                "remove_url": self.type.url("file-remove", obj.pk, row.pk),
            }
            for row in rows.order_by("-at")
        ]  # fmt: skip

    def section_tabs(self, panels: list[dict[str, Any]], attached: list[Any]) -> list[dict[str, Any]]:
        """The tabs of the page's sections."""
        tabs = [
            {"id": f"s-{entry['panel'].key}", "label": entry["panel"].label, "count": entry["data"].get("count")}
            for entry in panels if not entry["data"].get("hidden")
        ]  # fmt: skip
        tabs.append({"id": "s-files", "label": _("Files"), "count": len(attached)})
        tabs.append({"id": "s-details", "label": _("Details"), "count": None})
        return tabs

    def timeline(self, obj: RecordModel, joined: Sequence[int]) -> dict[str, Any]:
        """Planned and past; `joined` as of the files."""
        told, more = timeline.placed_on(obj, self.viewer, joined)
        url = self.type.url("timeline", obj.pk)
        return {
            "planned": self.type.planned(obj), "days": timeline.draw(told),
            "more_url": f"{url}?before={timeline.sign(more)}" if more else "",
        }  # fmt: skip

    def shared(self) -> list[int]:
        """The people who are let in because a note or a call mentions them."""
        if services.SHARED not in self.type.model.link_fields:
            return []
        keys = [int(key) for key in self.request.POST.getlist("share")[:20] if key.isdecimal() and len(key) < 18]
        return list(active_people().filter(pk__in=keys).values_list("pk", flat=True))


class TimelineView(RecordView):
    """Older items of a timeline, a fragment."""

    def get(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        told, more = timeline.placed_on(
            obj, self.viewer, merging.joined_to(obj), timeline.unsign(request.GET.get("before", ""))
        )
        url = self.type.url("timeline", obj.pk)
        context = {"days": timeline.draw(told), "more_url": f"{url}?before={timeline.sign(more)}" if more else ""}
        if self.is_fragment:
            return self.render("partials/timeline_items.html", context)
        return self.render("records/older.html", {**context, "obj": obj, "back_url": self.type.page_url(obj)})


class HistoryView(RecordView):
    """Who changed what, when and how: filter by person, field and way."""

    def get(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj = self.get_object()
        told = timeline.about(obj, self.viewer, request.GET.dict())
        rights = scopes.fields(self.viewer.principal, type(obj))
        names = [name for name in tracked.field_names(type(obj)) if rights.readable(name)]
        filters = [
            self.choice("who", _("Who"), [(str(u.pk), str(u)) for u in User.objects.filter(is_active=True)]),
            self.choice("field", _("Field"), [(name, timeline.field_label(type(obj), name)) for name in names]),
            self.choice("via", _("How"), [(value, str(label)) for value, label in Via.choices]),
        ]
        urls = recent.undo_urls([one.event.change_set for one in told], self.viewer)
        context = {
            "obj": obj, "days": timeline.entries(told, urls), "filters": filters, "back_url": self.type.page_url(obj),
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": self.type.number_of(obj), "url": self.type.page_url(obj)}, {"label": _("History"), "url": ""},
            ],
        }  # fmt: skip
        return self.render("records/history.html", context)

    def choice(self, name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
        """One filter of the page as `partials/report_filters.html` takes it."""
        chosen = self.request.GET.get(name, "")
        choices = [{"value": "", "label": _("all"), "selected": not chosen}]
        choices += [{"value": v, "label": text, "selected": v == chosen} for v, text in options]
        return {"name": name, "label": label, "kind": "select", "choices": choices, "active": bool(chosen)}


class NoteView(PageView):
    """Write a note, with files."""

    http_method_names = ["post"]

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        nonce = request.POST.get("nonce", "")
        if (url := submissions.answered(nonce)) is not None:
            return self.written(url)
        obj = self.get_object()
        text = request.POST.get("text", "")[: services.LONGEST_NOTE]
        try:
            with submissions.once(nonce) as submission, via(Via.FORM):
                submission.url = f"{self.type.page_url(obj)}#timeline"
                services.add_note(
                    obj, text=text, attached=request.FILES.getlist("files"), share=self.shared(), by=self.viewer.user
                )
        except AlreadySubmitted as again:
            return self.written(again.url)
        except DomainError as refusal:
            return self.refused(refusal, text)
        return self.written(submission.url)

    def written(self, url: str) -> HttpResponse:
        """To where the note stands; a script that sent it is told where that is."""
        if self.is_fragment:
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return HttpResponseRedirect(url, status=303)

    def refused(self, refusal: DomainError, text: str) -> HttpResponse:
        """The page with the text still in its field; a script that sent it gets the reason."""
        if self.is_fragment:
            return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
        self.composer_error, self.composer_text = str(refusal), text
        return PageView.get(self, self.request, self.kwargs["pk"], status=refusal.status)


class FileRemoveView(RecordView):
    """Take a file off a record."""

    http_method_names = ["post"]
    action = "change"

    def post(self, request: PersonRequest, pk: int, file_pk: int) -> HttpResponse:
        obj = self.get_object()
        held = Attachment.objects.filter(record_id__in=merging.joined_to(obj), removed_at=None)
        row = held.filter(pk=file_pk).first()
        if row is None:
            raise NotVisible
        files.detach(obj, row, by=self.viewer.user)
        return HttpResponseRedirect(f"{self.type.page_url(obj)}#s-files", status=303)
