from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.kinds import formats
from common.policy import modules
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest
from common.setup import dictionaries, selectors
from common.setup.services import modules as services
from common.setup.views.base import START, frame, history_url, nav, once, settings_editors

KEY = "modules"


@settings_editors
def start(request: PersonRequest) -> HttpResponse:
    """What to set up, in the order in which one needs the other, and how much of each there is."""
    pages = dictionaries.offered(principal_of(request.user), dictionaries.steps())
    steps = [
        {"label": page.label, "text": page.text, "url": reverse("setup:list", args=[page.key]),
         "count": formats.number(count)}
        for page, count in selectors.counted(pages)
    ]  # fmt: skip
    return render(request, "setup/start.html", {"nav": nav(request, START), "steps": steps})


@settings_editors
def switches(request: PersonRequest) -> HttpResponse:
    """Which parts of the product are in use."""
    if request.method == "POST":
        wanted = set(request.POST.getlist("on"))

        def run() -> str:
            services.switch({found.key: found.key in wanted for found in modules.all_modules()}, by=request.user)
            messages.success(request, _("Saved: %(title)s") % {"title": _("Modules")})
            return request.path

        return once(request, run)
    rows = selectors.module_rows()
    drawn = [_drawn(found, rows.get(found.key)) for found in modules.all_modules()]
    page = dictionaries.find(KEY)
    return render(request, "setup/modules.html", frame(request, KEY, str(page.label if page else ""), rows=drawn))


def _drawn(found: modules.Module, row: Any) -> dict[str, Any]:
    return {
        "key": found.key, "label": found.label, "text": found.text, "on": row is None or row.is_on,
        "history_url": history_url(KEY, row),
    }  # fmt: skip
