from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.help import guides
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest, signed_in


@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """Every guide with its chapters."""
    readable = guides.readable(principal_of(request.user))
    found = [{"guide": guide, "text": guides.in_my_language(guide)} for guide in readable]
    return render(request, "help/home.html", {"title": _("Help"), "guides": found})


@signed_in
def guide(request: PersonRequest, key: str) -> HttpResponse:
    """A guide to read."""
    principal = principal_of(request.user)
    found = guides.get_guide(principal, key)
    others = [other for other in guides.readable(principal) if other != found]
    context = {"guide": found, "text": guides.in_my_language(found), "others": others}
    return render(request, "help/guide.html", context)
