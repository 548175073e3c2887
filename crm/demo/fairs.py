"""Two files of the demonstration: the visitors of a fair, imported, and a bought list that waits for corrections."""

from __future__ import annotations

import csv
import io

from django.core.files.base import ContentFile

from common.demo.scene import Scene, Text
from common.importing import services
from common.importing.models import Import, OnMatch, OnNew
from common.importing.tables import Reading
from common.jobs import services as jobs
from common.people.models import User
from crm.demo.market import Draw, Firm, Market, Somebody

CONTACT = "crm.contact"
VISITORS, KNOWN, BOUGHT = 18, 8, 9
FAIR_DAYS, BOUGHT_DAYS = 12, 1
HEADS: tuple[Text, ...] = (
    ("First name", "Имя"), ("Last name", "Фамилия"), ("Job title", "Должность"), ("Company", "Компания"),
    ("E-mail", "E-mail"), ("Telephone", "Телефон"),
)  # fmt: skip
FILES: tuple[Text, Text] = (
    ("Visitors of the pump fair.csv", "Посетители выставки насосов.csv"),
    ("Maintenance managers (list).csv", "Главные механики (список).csv"),
)
PROMOTED: Text = ("Head of production", "Директор по производству")
Row = list[str]


def build(scene: Scene) -> None:
    """The two imports of a salesperson."""
    draw, by = scene.get(Draw), scene.people["manager3"]
    fair = scene.workday(scene.ago(FAIR_DAYS))
    visitors = [*_known(scene, by), *(_stranger(draw) for _n in range(VISITORS - KNOWN))]
    bought = [_stranger(draw) for _n in range(BOUGHT)]
    bought[2][4], bought[5][4] = "info@@example", "n/a"
    scene.plan(scene.at(fair, 17), lambda: _write(_check(scene, FILES[0], visitors, by), by))
    scene.plan(scene.at(scene.workday(scene.ago(BOUGHT_DAYS)), 16), lambda: _check(scene, FILES[1], bought, by))


def _known(scene: Scene, by: User) -> list[Row]:
    """People the company knows, some with a new post."""
    market, lots = scene.get(Market), scene.lots("fair")
    rows = []
    for company in lots.sample(market.companies[by.pk], min(KNOWN, len(market.companies[by.pk]))):
        person = market.contacts[company.pk][0]
        post = person.job_title if lots.random() < 0.5 else scene.say(PROMOTED)
        rows.append([person.first_name, person.last_name, post, company.name, person.email, person.phone])
    return rows


def _stranger(draw: Draw) -> Row:
    firm = draw.firm()
    return _row(firm, draw.person(firm))


def _row(firm: Firm, person: Somebody) -> Row:
    return [person.first_name, person.last_name, person.job_title, firm.name, person.email, person.phone]


def _check(scene: Scene, name: Text, rows: list[Row], by: User) -> Import:
    """The file as far as its dry run."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerows([[scene.say(head) for head in HEADS], *rows])
    content = ContentFile(stream.getvalue().encode("utf-8-sig"), name=scene.say(name))
    imp = services.start(content, type_key=CONTACT, by=by)
    services.set_reading(imp, imp.type, Reading.of(imp.reading), goes_on=True, version=imp.version, by=by)
    imp.refresh_from_db()
    services.set_columns(imp, imp.columns, version=imp.version, by=by)
    imp.refresh_from_db()
    rules = {
        "keys": imp.keys, "on_match": OnMatch.UPDATE, "on_new": OnNew.CREATE, "creates_linked": True, "restores": False,
    }  # fmt: skip
    services.set_rules(imp, rules, version=imp.version, by=by)
    return _worked(imp)


def _write(imp: Import, by: User) -> None:
    services.write(imp, version=imp.version, by=by)
    _worked(imp)


def _worked(imp: Import) -> Import:
    """What is due is done here: there is no worker in a demonstration that is being made."""
    jobs.run_due()
    return Import.objects.select_related("by", "job", "change_set").get(pk=imp.pk)
