from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views import View

from common.kinds.models import RecordModel, RecordQuerySet
from common.policy import selectors as policy
from common.policy.principal import principal_of
from common.policy.rules import PersonRequest
from common.records.declaring import RecordType, Viewer


def viewer_of(request: PersonRequest) -> Viewer:
    """Who looks."""
    return Viewer(request.user, principal_of(request.user))


class RecordView(View):
    """A page of a record type; `action` is what the person must be allowed to do."""

    request: PersonRequest
    kind: ClassVar[Any] = None
    action = "view"

    @cached_property
    def viewer(self) -> Viewer:
        return viewer_of(self.request)

    @property
    def type(self) -> RecordType:
        kind: RecordType = self.kind
        return kind

    def get_object(self, action: str | None = None) -> RecordModel:
        """The record of the address, if the person may do this page's action to it."""
        pk = self.kwargs["pk"]
        found: RecordModel = policy.get_visible(self.rows(), self.viewer.principal, pk, action or self.action)
        return found

    def rows(self) -> RecordQuerySet[Any]:
        """The rows of the type, with what this page shows of them."""
        return self.type.select(self.type.model.objects.get_queryset())

    def render(self, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
        """A page or fragment, never kept by caches."""
        shared = {"type": self.type, "viewer": self.viewer}
        response = render(self.request, template, {**shared, **context}, status=status)
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    @property
    def is_fragment(self) -> bool:
        """Whether htmx asks for a part of the page."""
        htmx = self.request.htmx
        return bool(htmx) and not htmx.history_restore_request and not htmx.boosted
