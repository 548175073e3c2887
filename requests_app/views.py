from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from common.changes import merging, submissions
from common.changes.services import via, watch
from common.changes.submissions import AlreadySubmitted
from common.events.models import Via
from common.kinds import formats
from common.kinds.errors import DomainError
from common.policy.rules import PersonRequest, public_part_of
from common.records.views import toasts
from common.records.views.pages import PageView
from common.records.views.sharing import sharing
from requests_app import drawing, selectors, services
from requests_app.access import REQUEST
from requests_app.errors import RequestAlreadyHasDeal
from requests_app.forms import CreateDealForm, PublicForm
from requests_app.models import Request


class RequestPageView(PageView):
    """A request: what they wrote at the left, who they may be and the deal to make at the right."""

    def get(
        self, request: PersonRequest, pk: int, status: int = 200, form: CreateDealForm | None = None
    ) -> HttpResponse:
        obj: Any = self.get_object()
        self.related = self.relations_of(obj)
        allowed, joined = self.allowed_actions(), merging.joined_to(obj)
        matches = selectors.matches_for(self.viewer.principal, obj)
        if form is None and obj.is_pending and "create_deal" in allowed:
            form = CreateDealForm(obj, self.viewer, matches)
        context = {
            "obj": obj,
            "number": self.type.number_of(obj),
            "head": self.type.head(obj, self.viewer),
            "actions": self.actions(obj, allowed, "button"),
            "menu": self.menu(obj, allowed),
            "tags": self.tags(obj),
            "form": form,
            "boxes": drawing.match_boxes(obj, matches, form) if form else [],
            "read": drawing.read_fields(obj),
            "also": drawing.also(self.viewer.principal, obj, matches),
            "timeline": self.timeline(obj, joined),
            "files": self.files(obj, joined),
            "sharing": sharing(self.type, obj, self.viewer, self.related),
            "composer": self.composer(obj),
            "nonce": submissions.new_nonce(),
            "deal": drawing.deal_of(self.viewer.principal, obj),
            "checked": selectors.counts_checked(self.viewer.principal),
            "crumbs": [
                {"label": self.type.label_plural, "url": self.type.url("list")},
                {"label": self.type.number_of(obj), "url": ""},
            ],
        }
        return self.render("requests_app/request/page.html", context, status=status)


class CreateDealView(RequestPageView):
    """Create the deal of a request; a second manager is led to the deal that is there."""

    http_method_names = ["post"]
    action = "create_deal"

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        obj: Any = self.get_object()
        data = request.POST.copy()
        if data.get("as") == "lead":
            data["company"], data["person"] = "", "new-lead"
        form = CreateDealForm(obj, self.viewer, selectors.matches_for(self.viewer.principal, obj), data)
        if not form.is_valid():
            return RequestPageView.get(self, request, pk, status=422, form=form)
        try:
            with submissions.once(request.POST.get("nonce", "")) as submission, via(Via.FORM), watch() as made:
                deal = self.create(obj, form.cleaned_data)
                submission.url = f"/deals/{deal.pk}/"
        except AlreadySubmitted as again:
            return HttpResponseRedirect(again.url or self.type.page_url(obj), status=303)
        except RequestAlreadyHasDeal as refusal:
            return self.render("409.html", {"detail": str(refusal)}, status=409)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            toasts.add(request, _("Deal created: %(deal)s") % {"deal": deal.name}, made)
            return HttpResponseRedirect(submission.url, status=303)
        return RequestPageView.get(self, request, pk, status=422, form=form)

    def create(self, obj: Request, data: dict[str, Any]) -> Any:
        """Call the service."""
        return services.create_deal(
            obj, by=self.viewer.user, name=data["name"], amount=data["amount"], next_step=data["next_step"],
            next_step_on=data["next_step_on"], owner=data.get("owner"), **data["party"],
        )  # fmt: skip


@public_part_of(REQUEST)
@csrf_exempt
def public_form(request: HttpRequest, slug: str) -> HttpResponse:
    """The public form: shown, and taken from any site. "Thank you" means stored, once."""
    site_form = selectors.site_form(slug)
    if site_form is None:
        raise Http404
    if request.method != "POST":
        initial = {"nonce": submissions.new_nonce(), **request.GET.dict()}
        return _show(request, site_form, PublicForm(site_form, initial=initial))
    form = PublicForm(site_form, request.POST)
    if not form.is_valid():
        return _show(request, site_form, form, status=422)
    try:
        services.receive_site_request(
            site_form, form.request_values(), utm=form.campaign(), visitor=request.META.get("REMOTE_ADDR", ""),
            nonce=form.cleaned_data["nonce"],
        )  # fmt: skip
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _show(request, site_form, form, status=429)
    except ValidationError as problem:
        for name, texts in (problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}).items():
            form.add_error(name if name in form.fields else None, texts)
        return _show(request, site_form, form, status=422)
    return redirect("forms:thanks", slug=slug)


def _show(request: HttpRequest, site_form: Any, form: PublicForm, status: int = 200) -> HttpResponse:
    context = {
        "title": site_form.label, "text": site_form.intros.get(formats.language(), site_form.intro), "form": form,
        "action": request.path, "label": _("Send"),
    }  # fmt: skip
    return render(request, "public/form.html", context, status=status)


@public_part_of(REQUEST)
def thanks(request: HttpRequest, slug: str) -> HttpResponse:
    """The message arrived."""
    site_form = selectors.site_form(slug)
    if site_form is None:
        raise Http404
    context = {"title": _("Thank you"), "text": _("Your message has arrived. Somebody will answer soon.")}
    return render(request, "public/thanks.html", context)
