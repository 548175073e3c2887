from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.changes import merging, submissions
from common.changes.errors import NothingToMerge, TooManyToMerge
from common.changes.submissions import AlreadySubmitted
from common.duplicates import comparing, declaring, selectors, services
from common.duplicates.declaring import Likeness
from common.duplicates.models import Pair
from common.kinds.errors import DomainError, NotVisible
from common.kinds.models import RecordModel
from common.policy.rules import PersonRequest, signed_in
from common.records import recent, registry
from common.records.declaring import RecordType, Viewer
from common.records.inputs import LONGEST_KEY, RecordField
from common.records.views import toasts
from common.records.views.base import viewer_of


def _answer(request: PersonRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _likeness(viewer: Viewer, key: str) -> tuple[Likeness, RecordType]:
    """How duplicates of a type are told. Raises `Http404` where they are not, or not by this person."""
    found = declaring.find(key)
    if found is None or not (viewer.principal.may(key, "change") and viewer.principal.may(key, "delete")):
        raise Http404
    return found, registry.get(key)


def _crumbs(kind: RecordType, *last: object) -> list[dict[str, Any]]:
    url = f"{reverse('duplicates:list')}?type={kind.key}"
    return [
        {"label": kind.label_plural, "url": kind.url("list")}, {"label": _("Duplicates"), "url": url if last else ""},
        *({"label": label, "url": ""} for label in last),
    ]  # fmt: skip


@signed_in
def queue(request: PersonRequest) -> HttpResponse:
    """The pairs of a type that may be the same, the surest first."""
    viewer = viewer_of(request)
    may = viewer.principal.may
    able = [one for one in declaring.all_of_them() if may(one.key, "change") and may(one.key, "delete")]
    if not able:
        raise Http404
    likeness, kind = _likeness(viewer, request.GET.get("type") or selectors.first_with_pairs(viewer, able).key)
    sign, different = request.GET.get("sign", ""), "different" in request.GET
    kept = {"type": kind.key, **({"sign": sign} if sign else {}), **({"different": 1} if different else {})}
    found = selectors.page(selectors.pairs(viewer, likeness, sign, different=different), _after(request))
    shown = selectors.proposals(viewer, likeness, found[: selectors.SIZE])
    last = found[selectors.SIZE - 1] if len(found) > selectors.SIZE else None
    context = {
        "kind": kind, "crumbs": _crumbs(kind), "different": different,
        "tabs": [
            {"label": registry.get(one.key).label_plural, "url": f"?{urlencode({'type': one.key})}",
             "current": one.key == kind.key}
            for one in able
        ],
        "signs": [
            {"label": label, "url": f"?{urlencode({**kept, 'sign': key})}", "current": key == sign}
            for key, label in likeness.signs.items()
        ],
        "all_url": f"?{urlencode({name: value for name, value in kept.items() if name != 'sign'})}" if sign else "",
        "other_url": f"?{urlencode({'type': kind.key, **({} if different else {'different': 1})})}",
        "pairs": [_drawn(told, kind, kept) for told in shown],
        "more_url": f"?{urlencode({**kept, 'after': f'{last.score}.{last.pk}'})}" if last else "",
    }  # fmt: skip
    return _answer(request, "duplicates/list.html", context)


def _after(request: PersonRequest) -> tuple[int, int] | None:
    score, _dot, pk = request.GET.get("after", "").partition(".")
    return (int(score), int(pk)) if score.isdecimal() and pk.isdecimal() and len(score + pk) < LONGEST_KEY else None


def _drawn(told: selectors.Proposal, kind: RecordType, kept: dict[str, Any]) -> dict[str, Any]:
    rows = [told.one, told.other]
    side_by_side = reverse("duplicates:pair", args=[told.pair.pk]) if told.pair else _side_by_side(kind, rows)
    sign = f"?{urlencode({'sign': kept['sign']})}" if told.pair and kept.get("sign") else ""
    return {
        "url": f"{side_by_side}{sign}", "score": told.alike.score, "tone": "green" if told.is_sure else "amber",
        "reasons": " · ".join(told.alike.reasons),
        "rows": [
            {"title": row.title, "number": kind.number_of(row), "note": kind.option_note(row)} for row in rows
        ],
        "again_url": reverse("duplicates:again", args=[told.pair.pk]) if told.pair and told.pair.different_at else "",
    }  # fmt: skip


def _side_by_side(kind: RecordType, rows: Sequence[RecordModel]) -> str:
    keys = urlencode([("pk", row.pk) for row in rows])
    return f"{reverse('duplicates:compare', args=[kind.key])}?{keys}"


@signed_in
@require_POST
def look(request: PersonRequest) -> HttpResponse:
    """Look for duplicates now."""
    _found, kind = _likeness(viewer_of(request), request.POST.get("type", ""))
    services.look_now(kind.key, by=request.user)
    messages.success(request, _("Looking for duplicates in the background. The bell tells you when it is done."))
    return HttpResponseRedirect(f"{reverse('duplicates:list')}?type={kind.key}", status=303)


@signed_in
@require_POST
def again(request: PersonRequest, pk: int) -> HttpResponse:
    """Two that were told apart may be the same after all."""
    viewer = viewer_of(request)
    found = selectors.get_pair(viewer, pk)
    _likeness(viewer, found.type)
    services.propose_again(found)
    return HttpResponseRedirect(reverse("duplicates:pair", args=[pk]), status=303)


@signed_in
def of(request: PersonRequest, key: str, pk: int) -> HttpResponse:
    """What may be the same as one record, and the choice of any other."""
    viewer = viewer_of(request)
    likeness, kind = _likeness(viewer, key)
    obj = selectors.get_record(viewer, likeness, pk)
    form = _OtherForm(kind, viewer, obj, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(_side_by_side(kind, [obj, form.cleaned_data["other"]]), status=303)
    context = {
        "kind": kind, "obj": obj, "form": form, "crumbs": _crumbs(kind, obj.title),
        "pairs": [_drawn(told, kind, {}) for told in selectors.alike_to(viewer, likeness, obj)],
        "back_url": kind.page_url(obj),
    }  # fmt: skip
    return _answer(request, "duplicates/of.html", context, status=422 if form.errors else 200)


class _OtherForm(forms.Form):
    """Which other record."""

    def __init__(self, kind: RecordType, viewer: Viewer, obj: RecordModel, data: Any) -> None:
        super().__init__(data)
        self.fields["other"] = RecordField(
            selectors.others(viewer, kind, obj), kind.url("choose"), label=_("Another record")
        )


@signed_in
@require_POST
def selected(request: PersonRequest, key: str) -> HttpResponse:
    """Rows that were selected in a list, side by side."""
    viewer = viewer_of(request)
    _found, kind = _likeness(viewer, key)
    rows = _rows(kind, viewer, request.POST.getlist("pk"))
    if len(rows) < 2 or request.POST.get("all"):
        messages.error(request, str(NothingToMerge()))
        return HttpResponseRedirect(kind.url("list"), status=303)
    return HttpResponseRedirect(_side_by_side(kind, rows), status=303)


def _rows(kind: RecordType, viewer: Viewer, sent: Sequence[str]) -> list[Any]:
    """The records of these keys that the person sees, in the order given; one more than can be merged at most."""
    keys = [int(key) for key in dict.fromkeys(sent) if key.isdecimal() and len(key) <= LONGEST_KEY]
    return selectors.seen(viewer, kind, keys[: merging.MOST + 1])


@signed_in
def compare(request: PersonRequest, key: str) -> HttpResponse:
    """Records side by side; posted: merged."""
    viewer = viewer_of(request)
    _found, kind = _likeness(viewer, key)
    sent = request.POST if request.method == "POST" else request.GET
    rows = _rows(kind, viewer, sent.getlist("pk"))
    if url := submissions.answered(request.POST.get("nonce", "")):
        return HttpResponseRedirect(url, status=303)
    return _page(request, viewer, kind, rows, None)


@signed_in
def pair(request: PersonRequest, pk: int) -> HttpResponse:
    """A pair side by side; posted: merged, called different, or put off, and on to the next."""
    viewer = viewer_of(request)
    if url := submissions.answered(request.POST.get("nonce", "")):
        return HttpResponseRedirect(url, status=303)
    try:
        found = selectors.get_pair(viewer, pk)
    except NotVisible:
        return _decided_meanwhile(request, viewer, pk)
    likeness, kind = _likeness(viewer, found.type)
    do = request.POST.get("do", "")
    if do == "different":
        services.call_different(found, by=request.user)
    elif do == "later":
        services.put_off(found)
    if do in ("different", "later"):
        return HttpResponseRedirect(_next(request, viewer, likeness, found.pk), status=303)
    return _page(request, viewer, kind, _rows(kind, viewer, [str(found.one_id), str(found.other_id)]), found)


def _decided_meanwhile(request: PersonRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """On to the next of the type that was on the page. Raises `Http404` where none was."""
    likeness, _kind = _likeness(viewer, request.POST.get("type", ""))
    messages.info(request, _("Somebody else decided about these two, or one of them is gone."))
    return HttpResponseRedirect(_next(request, viewer, likeness, pk), status=303)


def _next(request: PersonRequest, viewer: Viewer, likeness: Likeness, done: int) -> str:
    sign = request.GET.get("sign", "")
    kept = urlencode({"sign": sign}) if sign in likeness.signs else ""
    following = selectors.next_one(viewer, likeness, sign, done)
    if following is None:
        messages.success(request, _("No more pairs here."))
        return f"{reverse('duplicates:list')}?type={likeness.key}"
    return f"{reverse('duplicates:pair', args=[following.pk])}{f'?{kept}' if kept else ''}"


def _page(
    request: PersonRequest, viewer: Viewer, kind: RecordType, rows: Sequence[Any], found: Pair | None
) -> HttpResponse:
    """Merge what was posted, or show the records side by side, with what was wrong."""
    problem: DomainError | None = None
    if len(rows) < 2:
        raise NothingToMerge
    if len(rows) > merging.MOST:
        raise TooManyToMerge(most=merging.MOST)
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_merged(request, viewer, kind, rows, found), status=303)
        except AlreadySubmitted as before:
            return HttpResponseRedirect(before.url or kind.url("list"), status=303)
        except DomainError as refusal:
            problem = refusal
    sent = request.POST.get("keep", "")
    keeper = int(sent) if sent in {str(row.pk) for row in rows} else comparing.proposed(rows, viewer)
    differing, same = comparing.fields(kind, rows, keeper, request.POST.dict(), viewer)
    context = {
        "kind": kind, "heads": comparing.heads(kind, rows, keeper, viewer), "fields": differing, "same": same,
        "error": str(problem) if problem else "", "nonce": submissions.new_nonce(), "pair": found,
        "crumbs": _crumbs(kind, _("Side by side")), "cancel_url": _crumbs(kind, "")[1]["url"], "columns": len(rows),
    }  # fmt: skip
    return _answer(request, "duplicates/compare.html", context, status=problem.status if problem else 200)


def _merged(request: PersonRequest, viewer: Viewer, kind: RecordType, rows: Sequence[Any], found: Pair | None) -> str:
    """Merge as it was posted; where to go on."""
    by_key = {str(row.pk): row for row in rows}
    keeper = by_key.get(request.POST.get("keep", ""))
    if keeper is None:
        raise NothingToMerge
    looked_at = {row.pk: request.POST.get(f"version-{row.pk}", "") for row in rows}
    versions = {pk: int(text) for pk, text in looked_at.items() if text.isdecimal() and len(text) < LONGEST_KEY}
    chosen = comparing.choices(kind, request.POST.dict())
    with submissions.once(request.POST.get("nonce", "")) as submission:
        act = merging.merge(keeper, [row for row in rows if row is not keeper], chosen, versions, by=request.user)
        if found is not None:
            submission.url = _next(request, viewer, _likeness(viewer, kind.key)[0], found.pk)
        else:
            submission.url = kind.page_url(keeper)
    if act.made is not None and act.done_at is not None:
        toasts.add(request, recent.tell([act.made], viewer)[act.made.pk].label, [act.made])
    else:
        messages.success(request, _("Much points to them: they are merged in the background."))
    return submission.url


@signed_in
def separate(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask before un-merging, saying what goes back; posted: un-merge."""
    viewer = viewer_of(request)
    act = merging.get_act(pk)
    kind = registry.get(act.keeper.type)
    if request.method == "POST":
        try:
            with submissions.once(request.POST.get("nonce", "")) as submission:
                row = merging.separate(act, by=request.user)
                whole = row.done_at is not None and not recent.leaves(row)
                submission.url = f"{kind.url('list')}{act.keeper_id}/" if whole else reverse("undone", args=[row.pk])
        except AlreadySubmitted as before:
            return HttpResponseRedirect(before.url or kind.url("list"), status=303)
        if whole and row.made is not None:
            toasts.add(request, recent.tell([row.made], viewer)[row.made.pk].label, [row.made])
        return HttpResponseRedirect(submission.url, status=303)
    found, total = merging.preview(act, by=request.user, most=recent.MOST_SHOWN)
    back, left = recent.decided(found, viewer)
    made = merging.act_of(act)
    context = {
        "label": recent.tell([made], viewer)[made.pk].label,
        "back": back, "left": left, "more": max(0, total - len(found)),
        "nonce": submissions.new_nonce(), "crumbs": _crumbs(kind, _("Un-merge")),
        "cancel_url": f"{kind.url('list')}{act.keeper_id}/",
    }  # fmt: skip
    return _answer(request, "duplicates/separate.html", context)
