"""One row of everything, owned by a stranger in another department, and people who stand to it in known ways."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client

from common import clock
from common.changes import binning, undoing
from common.changes import services as changes
from common.delivery import services as delivery
from common.events.models import ChangeSet
from common.files import services as files
from common.importing.models import Archive, Import, ImportRow, Outcome, Step
from common.importing.tables import Reading
from common.jobs.models import Job
from common.kinds.models import RecordModel
from common.notifications import services as notifications
from common.notifications.models import Kind
from common.people import services as people
from common.people.models import User
from common.policy.models import Permission, Role, RoleMember
from common.records.models import BulkRun, ColourRule, ExportFile
from common.search import services as search
from common.search import vocabulary
from common.tags.models import Tag
from common.views.models import SavedView
from requests_app.models import SiteForm
from tests.access.world import ACTIONS
from tests.factories import catalogue, common, crm, customfields, deals, requests_app

SECRET = "Zwetschgenmus"
"""Stands in every field of the stranger's rows that people read: it must not reach those who may not see them."""


@dataclass
class Scene:
    """`rows` and `binned` by type; `files` by type; `people` by how they stand to all of it."""

    stranger: User
    rows: dict[str, RecordModel] = dataclasses.field(default_factory=dict)
    binned: dict[str, RecordModel] = dataclasses.field(default_factory=dict)
    files: dict[str, Any] = dataclasses.field(default_factory=dict)
    people: dict[str, User | None] = dataclasses.field(default_factory=dict)
    tag: Any = None
    colour: Any = None
    rate: Any = None
    role: Any = None
    mail: Any = None
    act: Any = None
    undo: Any = None
    job: Any = None
    export: Any = None
    imported: Any = None
    archive: Any = None
    run: Any = None
    field: Any = None
    view: Any = None
    form: SiteForm | None = None
    link: str = ""


def build() -> Scene:
    """The rows and the people: allowed (everything, on all), visible (sees all, the rest on own), invisible
    (everything, on own), nobody (no role), administrator, anonymous."""
    common.currency()
    other = common.department("Other")
    stranger = common.user("manager", other, last_name=f"{SECRET}owner")
    scene = Scene(stranger)
    deals.pipeline()
    deals.reason(outcome="won")
    deals.reason(outcome="lost")
    scene.rows = _rows(stranger)
    scene.binned = _rows(stranger)
    for key in ("deals.payment", "deals.dealline", "requests_app.request", "deals.deal", "crm.contact", "crm.lead",
                "crm.company", "catalogue.product"):  # fmt: skip
        binning.remove(scene.binned[key], by=common.SETUP)
    for key, row in scene.rows.items():
        scene.files[key] = files.attach(row, ContentFile(b"x", name=f"{SECRET}.txt"), by=common.SETUP)
    scene.tag = Tag.objects.create(name="VIP")
    scene.colour = ColourRule.objects.create(name="Big", type="crm.company", condition={})
    scene.role = Role.objects.create(slug="scene", name="Scene")
    scene.rate = common.rate("USD", "0.9")
    scene.mail = delivery.send(to="a@example.org", subject="S", body="B", purpose="account")
    scene.job = Job.objects.create(handler="deals.rerate", by=stranger)
    scene.form = requests_app.site_form(other)
    here = common.department("Here")
    for name, view, act in (("allowed", "all", "all"), ("visible", "all", "own"), ("invisible", "own", "own")):
        scene.people[name] = _person(name, here, view, act)
    scene.people["nobody"] = common.user(None, here)
    scene.people["administrator"] = common.user("administrator", here)
    scene.people["anonymous"] = None
    scene.export = _export(scene.people["administrator"])
    scene.imported = _import(scene.people["administrator"])
    scene.archive = Archive.objects.create(by=scene.people["administrator"], name="scene.zip")
    scene.run = BulkRun.objects.create(
        by=scene.people["administrator"], type="crm.company", act="tag", label="Tags", started_at=clock.now()
    )
    scene.field = customfields.field("crm.company", by=stranger, key="secret")
    scene.view = SavedView.objects.create(type="crm.company", name=SECRET, owner=scene.people["administrator"])
    scene.act, scene.undo = _acts(scene.rows["crm.company"], stranger)
    scene.link = people.new_sign_in_link(stranger)
    search.note_opened(scene.rows["crm.company"], by=stranger)
    vocabulary.learn(None)
    seer = scene.people["administrator"]
    notifications.tell([seer], Kind.DUE, "scene", record=scene.rows["crm.company"], detail={"text": SECRET})
    notifications.mute(seer, scene.rows["deals.deal"], on=True)
    notifications.save_wishes(stranger, {"digest_hour": 8})
    return scene


def _export(by: User) -> ExportFile:
    """A file that one person exported."""
    path = default_storage.save("exports/scene.csv", ContentFile(b"x"))
    return ExportFile.objects.create(by=by, type="crm.company", format="csv", asked_at=clock.now(), path=path)


def _import(by: User) -> Import:
    """An import of one person whose rows are checked, one of them refused."""
    path = default_storage.save("imports/scene", ContentFile(b"Name\nWorks\n"))
    imp = Import.objects.create(
        by=by, type="crm.company", name="scene.csv", path=path, step=Step.CHECKED, reading=Reading().stored, total=1,
        headers=["Name"], columns=["name"], filled=[1], counts={"failed": 1},
    )  # fmt: skip
    errors = [{"column": 0, "text": "Wrong."}]
    ImportRow.objects.create(of=imp, line=1, cells=[SECRET], outcome=Outcome.FAILED, errors=errors)
    return imp


def _acts(row: RecordModel, stranger: User) -> tuple[Any, Any]:
    """A change set of the stranger, and an undoing of another one."""
    changes.edit(row, {"address": SECRET}, by=stranger)
    first = undoing.undo(ChangeSet.objects.latest("pk"), by=stranger)
    changes.edit(row, {"address": f"{SECRET} 2"}, by=stranger)
    return ChangeSet.objects.latest("pk"), first


def _person(name: str, department: Any, view: str, act: str) -> User:
    role = Role.objects.create(slug=name, name=name)
    Permission.objects.bulk_create(
        Permission(role=role, type=key, action=action, scope=view if action == "view" else act)
        for key, actions in [*ACTIONS.items(), ("analytics.report", ("view",))]
        for action in actions
    )
    person = common.user(None, department)
    RoleMember.objects.create(role=role, user=person)
    return person


def _rows(owner: User) -> dict[str, RecordModel]:
    company = crm.company(f"{SECRET} {common.number()}", owner=owner)
    deal = deals.deal(owner, company=company, name=f"{SECRET} deal", next_step=f"{SECRET} step")
    return {
        "catalogue.product": catalogue.product(owner=owner, department=owner.department, name=f"{SECRET} pump"),
        "crm.company": company,
        "crm.contact": crm.contact(owner=owner, last_name=SECRET),
        "crm.lead": crm.lead(owner=owner, last_name=SECRET),
        "deals.deal": deal,
        "deals.dealline": deals.line(deal, name=f"{SECRET} line"),
        "deals.payment": deals.payment(deal),
        "requests_app.request": requests_app.request(
            owner=owner, name=f"{SECRET} asked", text=SECRET, last_name=SECRET, company_name=SECRET
        ),
    }


def client_of(person: User | None) -> Client:
    """A browser in which the person is signed in."""
    client = Client(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend="common.policy.backends.PrincipalBackend")
    return client


def ask(client: Client, method: str, path: str, data: Any = None, **headers: Any) -> HttpResponseBase:
    """One request whose writes are taken back."""
    with transaction.atomic():
        response = getattr(client, method)(path, data or {}, **headers)
        if response.streaming:
            response.content_read = b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response  # type: ignore[no-any-return]  # the client's answer


def text_of(response: Any) -> str:
    """What the person gets to read."""
    content = getattr(response, "content_read", None)
    if content is None:
        content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")  # type: ignore[no-any-return]  # bytes of the answer
