from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from common.home import going_live, today
from common.kinds import formats
from common.policy.rules import PersonRequest, signed_in
from common.records.views.base import viewer_of


@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Today: what this person should do now, from every app. The figures of their role follow as a fragment."""
    viewer = viewer_of(request)
    groups = [group for group in (load(viewer) for load in today.groups()) if group]
    context = {
        "groups": groups,
        "live": going_live.list_for(viewer),
        "date": formats.long_date(formats.viewer_today()),
    }
    return render(request, "home/today.html", context)


@signed_in
def figures(request: PersonRequest) -> HttpResponse:
    """The figures beside Today, a fragment: empty for whom no app has any."""
    viewer = viewer_of(request)
    rails = [rail for rail in (load(viewer) for load in today.rails()) if rail]
    return render(request, "home/_rail.html", {"rails": rails})
