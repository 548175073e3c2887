"""The pages that are measured, their budgets, and the table that is told."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from bench.asking import Page, count_queries, measure, serving
from bench.owned import filtered_by_five
from common import clock
from common.changes import services as changes
from common.people.models import User
from common.records import registry
from deals.models import Deal, Payment


class Budget(NamedTuple):
    """How often the floor a kind of page may take or how many milliseconds, and how many statements.

    `large`: how many milliseconds in a large company; none: `GROWTH` times what it takes in the plain one.
    """

    ratio: float = 0
    queries: int | None = None
    millis: float = 0
    large: float = 0


BUDGETS = {
    "floor": Budget(1), "list": Budget(2, 12), "totals": Budget(4, large=200), "board": Budget(3),
    "page": Budget(3, 18), "form": Budget(3), "today": Budget(3), "report": Budget(2), "search": Budget(millis=150),
}  # fmt: skip
GROWTH = 1.3
LARGEST = 60
"""Kilobytes of HTML, compressed as it is sent."""
PEOPLE = ("manager1", "rare", "executive")


def pages() -> list[Page]:
    """The floor and everything compared with it."""
    found = [Page("floor", "floor", "/bench/floor/", "manager1")]
    five = filtered_by_five(User.objects.get(username="manager1"))
    for who in PEOPLE:
        found += [
            Page("Today", "today", "/", who), Page("Today, figures", "totals", "/today/figures/", who),
            Page("deals", "list", "/deals/", who),
            Page("all open deals", "list", "/deals/?view=open", who),
            Page("deals, next step first", "list", "/deals/?view=open&sort=next", who),
            Page("deals, totals", "totals", "/deals/totals/?view=open", who),
            Page("board", "board", "/deals/board/", who),
            Page("board, totals", "totals", "/deals/board/totals/", who),
            Page("search in deals", "list", "/deals/?all=1&q=pump", who),
            Page("deals by five own fields", "list", f"/deals/?{five}", who),
            Page("deals by five own fields, totals", "totals", f"/deals/totals/?{five}", who),
            Page("search of everything", "search", "/search/palette/?q=pump", who),
        ]  # fmt: skip
    for kind in registry.all_types():
        if kind.nav_block and kind.key != "deals.deal":
            for verb, word in (("list", "list"), ("totals", "totals")):
                title = f"{kind.label_plural}, totals" if verb == "totals" else str(kind.label_plural)
                found.append(Page(title.lower(), word, f"{kind.url(verb)}?all=1", "executive"))
    deal = busy_deal()
    for title, sort, url in (
        ("deal page", "page", f"/deals/{deal.pk}/"), ("deal history", "page", f"/deals/{deal.pk}/history/"),
        ("deal form", "form", f"/deals/{deal.pk}/edit/"), ("company page", "page", f"/companies/{deal.company_id}/"),
        ("contact page", "page", f"/contacts/{deal.contact_id}/"), ("new deal", "form", "/deals/new/"),
    ):  # fmt: skip
        found.append(Page(title, sort, url, "manager1"))
    for who in PEOPLE[::2]:
        found += [
            Page("sales funnel", "report", "/reports/", who),
            Page("income summary", "report", "/reports/income/", who),
        ]
    return found


def busy_deal() -> Deal:
    """A deal of the busy seller with five payments and fifty events."""
    seller = User.objects.get(username="manager1")
    deal: Deal = Deal.objects.filter(owner=seller, closed_on=None).exclude(contact=None).latest("pk")
    for number in range(deal.payments.count(), 5):
        given = {"deal": deal, "amount": Decimal(100 + number), "currency": deal.currency, "on": clock.now().date()}
        changes.create(Payment, given, by=seller)
    while (told := deal.record.event_links.count()) < 50:
        changes.edit(deal, {"description": f"Note {told}"}, by=seller)
    return deal


def table(deals: int, kept: Path, *, beside: bool) -> tuple[str, int]:
    """Measure; the table in words, and how many of its pages miss their budget.

    `beside`: with those of the smaller company that are `kept` (by page and person, in milliseconds); else they are
    kept there.
    """
    asked = pages()
    with serving() as port:
        measure(asked, port)
    count_queries([page for page in asked if page.kind != "floor"])
    floor = asked[0].median
    plain = json.loads(kept.read_text()) if beside else {}
    wrong = [faults(page, floor, plain) for page in asked]
    lines = [
        "| page | for | ms | p95 | ÷ floor | queries | KB | |", "|---|---|---|---|---|---|---|---|",
        *(line(page, floor, words) for page, words in zip(asked, wrong, strict=True)),
    ]  # fmt: skip
    if not beside:
        kept.write_text(json.dumps({page.key: page.median for page in asked}))
    head = f"{deals:,} deals, PostgreSQL, gunicorn with 2 workers, median of 50; {clock.now():%Y-%m-%d}, {commit()}."
    return f"{head} Floor {floor:.1f} ms.\n\n" + "\n".join(lines), sum(1 for words in wrong if words)


def line(page: Page, floor: float, wrong: Sequence[str]) -> str:
    """A row of the table."""
    cells = [
        page.name, page.who, f"{page.median:.1f}", f"{page.p95:.1f}", f"{page.median / floor:.1f}",
        str(page.queries or ""), f"{page.size / 1000:.0f}", ", ".join(wrong),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def allowed_millis(page: Page, floor: float, plain: Mapping[str, float]) -> float:
    """What a page may take. `plain`: what the pages took in the smaller company; empty in that one."""
    budget = BUDGETS[page.kind]
    if page.kind == "report":
        return budget.ratio * (page.raw + floor)
    if plain and not budget.millis:
        return budget.large or GROWTH * plain[page.key]
    return budget.millis or budget.ratio * floor


def faults(page: Page, floor: float, plain: Mapping[str, float]) -> list[str]:
    """What of a page's budget is missed, in words."""
    budget, allowed = BUDGETS[page.kind], allowed_millis(page, floor, plain)
    found = []
    if page.median > allowed:
        found.append(f"above {allowed:.1f} ms")
    if budget.queries is not None and page.queries > budget.queries:
        found.append(f"above {budget.queries} queries")
    if page.size > LARGEST * 1000:
        found.append(f"above {LARGEST} KB")
    return found


def commit() -> str:
    """The commit that is measured; `-dirty` where something was not committed."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "no commit"


def kept_as(name: str, text: str, page: str) -> str:
    """A page with the part between the marks of `name` replaced."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    part = f"{start}\n{text}\n{end}"
    if start not in page:
        return f"{page.rstrip()}\n\n{part}\n"
    return re.sub(f"{re.escape(start)}.*{re.escape(end)}", lambda _match: part, page, flags=re.DOTALL)
