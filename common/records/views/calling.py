from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from common.changes import submissions
from common.changes.services import via
from common.changes.submissions import AlreadySubmitted
from common.events.models import Via
from common.kinds.errors import DomainError
from common.kinds.models import RecordModel
from common.policy import selectors as policy
from common.policy.rules import PersonRequest
from common.records import services, timeline
from common.records.calls import Call, Direction, Outcome
from common.records.errors import UnknownOutcome
from common.records.inputs import LONGEST_KEY
from common.records.services import LONGEST_NOTE
from common.records.views import toasts
from common.records.views.pages import PageView


class CallView(PageView):
    """Log a telephone call: from the composer, or by the box that asks after one."""

    http_method_names = ["post"]

    def post(self, request: PersonRequest, pk: int) -> HttpResponse:
        nonce = request.POST.get("nonce", "")
        if (known := submissions.answered(nonce)) is not None:
            return self.logged(known)
        obj = self.get_object()
        try:
            call = self.call()
            with submissions.once(nonce) as submission, via(Via.FORM):
                submission.url = f"{self.type.page_url(obj)}#timeline"
                services.log_call(obj, call, share=self.shared(), by=self.viewer.user)
        except AlreadySubmitted as again:
            return self.logged(again.url)
        except DomainError as refusal:
            return self.refuse(pk, refusal)
        url = self.type.step_url(obj) if call.outcome == Outcome.CALL_BACK else ""
        if url and not policy.may(self.viewer.principal, obj, "change"):
            url = ""
        return self.logged(submission.url, url)

    def logged(self, url: str, step_url: str = "") -> HttpResponse:
        """To the timeline, or where the next step is planned; a script that sent it gets the words."""
        if self.request.htmx:
            said = _("Call logged. Plan the next step") if step_url else _("Call logged")
            return toasts.trigger(said, (), step_url)
        toasts.add(self.request, _("Call logged"), ())
        return HttpResponseRedirect(step_url or url, status=303)

    def call(self) -> Call:
        """What was posted. Raises `UnknownOutcome`."""
        posted = self.request.POST
        try:
            outcome = Outcome(posted.get("outcome", ""))
            direction = Direction(posted.get("direction", Direction.OUTGOING))
        except ValueError:
            raise UnknownOutcome from None
        return Call(outcome, direction, posted.get("said", "")[:LONGEST_NOTE], self.other(posted.get("with", "")))

    def other(self, key: str) -> RecordModel | None:
        """The record of who was at the other end, if the person may see it."""
        if not key.isdecimal() or len(key) > LONGEST_KEY:
            return None
        return timeline.visible_records([int(key)], self.viewer).get(int(key))

    def refuse(self, pk: int, refusal: DomainError) -> HttpResponse:
        """The page again with what was typed, or only the words for a script."""
        if self.request.htmx:
            return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain; charset=utf-8")
        self.call_error, self.composer_text = str(refusal), self.request.POST.get("said", "")[:LONGEST_NOTE]
        return PageView.get(self, self.request, pk, status=refusal.status)
