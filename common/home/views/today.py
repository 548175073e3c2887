from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.home import today
from common.kinds import formats
from common.policy.rules import PersonRequest, signed_in
from common.records.views.base import viewer_of


@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Today: what this person should do now, from every app, and the figures of their role."""
    viewer = viewer_of(request)
    groups = [group for group in (load(viewer) for load in today.groups()) if group]
    rails = [rail for rail in (load(viewer) for load in today.rails()) if rail]
    count = sum(group["count"] for group in groups)
    context = {
        "groups": groups, "rails": rails, "date": formats.long_date(formats.viewer_today()), "count": count,
        "tabs": [{"label": _("To do"), "url": request.path, "count": count, "current": True}],
    }  # fmt: skip
    return render(request, "home/today.html", context)
