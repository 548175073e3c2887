from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.home.forms import ProfileForm
from common.people import services
from common.people.errors import LinkNotValid
from common.policy.rules import PersonRequest, public, signed_in

BACKEND = "common.policy.backends.PrincipalBackend"


@public
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing; its button signs in."""
    if request.method == "POST":
        try:
            user = services.use_link(token)
        except LinkNotValid:
            return render(request, "account/one_time_link.html", {"expired": True}, status=422)
        login(request, user, backend=BACKEND)
        return redirect("home")
    link = services.find_link(token)
    context = {"person": link.user.full_name if link else "", "expired": link is None, "action": request.path}
    response = render(request, "account/one_time_link.html", context, status=200 if link else 404)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


@signed_in
def profile(request: PersonRequest) -> HttpResponse:
    """A person's own settings."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved"))
        return HttpResponseRedirect(reverse("profile"), status=303)
    rows = [("first_name", "last_name"), ("email",), ("language", "time_zone"), ("theme",), ("single_keys",)]
    drawn = [{"cols": str(len(names)), "fields": [form[name] for name in names]} for names in rows]
    context = {"form": form, "sections": [{"id": "s-own", "label": _("Your settings"), "rows": drawn, "errors": 0}]}
    return render(request, "home/profile.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def sidebar(request: PersonRequest) -> HttpResponse:
    """Remember whether the side bar is folded."""
    request.user.narrow_sidebar = request.POST.get("sidebar") == "narrow"
    request.user.save(update_fields=["narrow_sidebar"])
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("home")
