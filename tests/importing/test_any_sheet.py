"""Any sheet goes through the whole wizard: refused in words or brought to its end, and every row is accounted for."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.importing.models import Import, Step
from common.jobs import services as jobs
from common.records import registry
from tests.factories import common, crm, deals
from tests.importing.driving import person, text_of
from tests.importing.files import broken, seeds, workbook
from tests.records.driving import body, signed_in

pytestmark = pytest.mark.django_db
HEADS = [
    "Name", "First name", "Last name", "E-mail", "Telephone", "Company", "Country", "City", "Amount", "Currency",
    "Deal", "Stage", "Owner", "Tags", "Source", "Number", "Key in the other system", "Price", "Date", "Website",
    "Description", "Probability", "Product", "Quantity", "имя", "Сумма", "", "\u202etxet", "x" * 300,
]  # fmt: skip
CELLS = [
    "", " ", "Acme", "acme", "Petra", "p@x.example", "P@X.example; q@x.example", "+49 30 1234567", "DE", "Germany",
    "1.5", "1,5", "1 234,50 €", "(12)", "-0", "1e309", "NaN", "inf", "9" * 40, "31.12.2026", "12/31/26", "2026-02-30",
    "0000-00-00", "99.99.9999", "today", "=1+1", "@SUM(A1)", "+1", "'=x", "C-1", "K-1", "D-99999999999", "yes", "да",
    "-", "*", "x" * 5000, "a, b; c", "\n", "a\r\nb", "<script>", "{{ 7 }}", "%s %(x)s", "\u202e", "e\u0301", "\ufeffx",
    "\U0001f469\u200d\U0001f467", "tel:+1", "http://[", "javascript:x", "a@b", "Gallien", "EUR", "USD", "New", "Won",
    "null", "True", "\uff11\uff12", "\u00b2",
]  # fmt: skip
STEPS = 8


def sheet(chance: random.Random) -> tuple[bytes, str]:
    """A file with a few columns of anything, and its name; sometimes broken."""
    heads = chance.sample(HEADS, chance.randint(1, 7))
    rows = [heads, *([chance.choice(CELLS) for _head in range(len(heads) + chance.choice((-1, 0, 0, 0, 1)))]
                     for _row in range(chance.randint(0, 9)))]  # fmt: skip
    content, name = chance.choice([
        (lambda: text_of(rows), "a.csv"), (lambda: text_of(rows, ";"), "a.txt"), (lambda: text_of(rows, "\t"), "a.tsv"),
        (lambda: text_of(rows).decode().encode("utf-16"), "a.csv"), (lambda: workbook(rows), "a.xlsx"),
        (lambda: broken(chance.choice(seeds()), chance), "b.xls"), (lambda: broken(text_of(rows), chance), "c.vcf"),
    ])  # fmt: skip
    return content(), name


def fields(answer: Any, chance: random.Random) -> dict[str, Any]:
    """What a person might post of the form of a page: mostly what it offers, sometimes another choice."""
    found: dict[str, Any] = {}
    for bound in answer.context["form"]:
        value, choices = bound.value(), [str(key) for key, _label in getattr(bound.field, "choices", ())]
        if choices and bound.html_name != "keys" and chance.random() < 0.25:
            value = chance.choice(choices)
        if value not in (None, "", False):
            found[bound.html_name] = value
    return found


def through(client: Client, chance: random.Random) -> Import | None:
    """Upload a sheet and go on until it is refused or done; every page answers."""
    content, name = sheet(chance)
    kind = chance.choice(["", *(kind.key for kind in registry.all_types() if kind.sections)])
    answer = client.post(
        "/imports/new/", {"type": kind, "file": SimpleUploadedFile(name, content), "nonce": f"n{chance.random()}"}
    )
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        return None
    path = answer.url
    for _step in range(STEPS):
        jobs.run_due()
        page = client.get(path, follow=True)
        assert page.status_code == 200
        imp = Import.objects.latest("pk")
        if imp.step == Step.DONE:
            return imp
        if imp.step == Step.CHECKED:
            assert sum(imp.counts.values()) == imp.total
            assert client.get(f"{path}failed/").status_code == 200
            client.post(f"{path}write/", {"nonce": f"w{imp.pk}", "version": imp.version})
            continue
        here = page.redirect_chain[-1][0] if page.redirect_chain else path
        answer = client.post(here, fields(page, chance))
        if answer.status_code == 422 and here.endswith("rules/"):  # new records would lack something
            answer = client.post(here, {**fields(answer, chance), "on_new": "skip"})
        assert answer.status_code in (303, 422), answer.status_code
    return None


@pytest.mark.parametrize(
    ("sheets", "seed"), [(20, 17), pytest.param(2_000, 18, marks=pytest.mark.long, id="many")]
)  # fmt: skip
def test_any_sheet_is_refused_in_words_or_accounted_for_row_by_row(sheets: int, seed: int, scale: float) -> None:
    by, chance, done = person(), random.Random(seed), 0
    common.country()
    common.tag()
    deals.pipeline()
    deals.reason("won")
    crm.company("Acme", owner=by)
    crm.contact(owner=by, email="p@x.example")
    for _turn in range(max(12, round(sheets * scale))):
        client = signed_in(by)
        imp = through(client, chance)
        if imp is None:
            continue
        done += 1
        assert sum(imp.counts.values()) == imp.total == imp.rows.count()
        assert not imp.rows.filter(outcome="failed", errors=[]).exists()
        body(client.get(f"/imports/{imp.pk}/failed/"))
    assert done > 3
