from __future__ import annotations

import sys

from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.translation import gettext as _

from common.delivery import services as delivery
from common.policy.rules import PersonRequest, needs
from common.upkeep import forms, services


def broken(request: HttpRequest) -> HttpResponse:
    """The answer to an error nobody caught: 503 where the database was away or gave up, else 500."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    status = 503 if away else 500
    # No request in it: what surrounds a page asks the database too.
    response = HttpResponse(loader.render_to_string(f"{status}.html"), status=status)
    if away:
        response["Retry-After"] = "10"
    return response


@needs("setup", "change")
def release(request: PersonRequest) -> HttpResponse:
    """End the quarantine of a restored server, after saying what becomes of the mails that wait."""
    form = forms.ReleaseForm(request.POST if request.method == "POST" else None, waiting=delivery.waiting())
    if request.method == "POST" and form.is_valid():
        if services.release(by=request.user, send_mails=form.cleaned_data["mails"] == forms.SEND):
            messages.success(request, _("Released: the server works outward again."))
        return HttpResponseRedirect(reverse("home"), status=303)
    context = {"form": form, "action": request.path, "cancel_url": reverse("home")}
    return render(request, "upkeep/release.html", context, status=422 if form.errors else 200)
