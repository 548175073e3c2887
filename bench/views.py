from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from common.places.models import Country
from common.policy.rules import PersonRequest, signed_in


@signed_in
def floor(request: PersonRequest) -> HttpResponse:
    """The cheapest page with the whole frame: what every other page is compared with (ARCHITECTURE.md, "Speed")."""
    return render(request, "bench/floor.html", {"rows": Country.objects.all()[:30]})
