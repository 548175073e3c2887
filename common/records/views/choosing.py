from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.people.models import User
from common.places.models import City, Country
from common.policy.rules import PersonRequest, signed_in
from common.records import finding
from common.records.forms import choosable
from common.records.views.base import RecordView
from common.tags.models import Tag

SIZE = 12
DICTIONARIES: dict[str, type[Any]] = {
    model._meta.label_lower: model for model in (User, Tag, City, Country)
}  # fmt: skip


class ChooseView(RecordView):
    """The options of a chooser: visible records that match the typed words."""

    def get(self, request: PersonRequest) -> HttpResponse:
        words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
        rows = self.type.select(self.type.model.objects.for_user(self.viewer.principal))
        rows = rows.filter(finding.words_q(self.type, words, self.viewer)).order_by("title_sort", "pk")
        found = list(rows[: SIZE + 1])
        options = [
            {"value": row.pk, "label": row.title, "note": self.type.option_note(row), "icon": self.type.icon}
            for row in found[:SIZE]
        ]
        may_create = self.type.inline_field and words and self.viewer.principal.may(self.type.key, "create")
        create = {"value": f"new:{words}", "text": words, "label": _("New: “%(name)s”") % {"name": words}}
        more = _("More: type a few letters") if len(found) > SIZE else ""
        context = {"options": options, "create": create if may_create else None, "more": more}
        return self.render("partials/chooser_options.html", context)


@signed_in
def choose_dictionary(request: PersonRequest, key: str) -> HttpResponse:
    """The options of a chooser over people, tags or places."""
    model = DICTIONARIES.get(key)
    if model is None:
        raise Http404
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    rows = choosable(model)
    if model is User:
        rows = rows.select_related("deputy")
    if words and model is User:
        rows = rows.filter(
            Q(first_name__icontains=words) | Q(last_name__icontains=words) | Q(username__icontains=words)
        )
    elif words:
        wanted = words.casefold()
        keys = [row.pk for row in rows if wanted in str(row).casefold() or wanted in row.name.casefold()]
        rows = rows.filter(pk__in=keys)
    options = [{"value": row.pk, "label": getattr(row, "choice_label", "") or str(row)} for row in rows[:SIZE]]
    return render(request, "partials/chooser_options.html", {"options": options})
