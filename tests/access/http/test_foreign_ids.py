"""Keys of records one may not see, put into every parameter: refused or ignored, nothing written, nothing told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import models
from django.test import Client

from common.changes import values as tracked
from common.files import services as files
from common.kinds.models import RecordModel
from common.people.models import User
from common.records import registry
from common.records.filtering import NamedFilter
from deals.models import Deal
from tests.access.http.scene import SECRET, Scene, ask, build, client_of, text_of
from tests.access.http.table import acts_on_many
from tests.factories import catalogue, common, crm, deals, requests_app, stored
from tests.records.driving import export

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return build()


@pytest.fixture
def person(scene: Scene) -> User:
    """Everything on own rows, nothing on others'."""
    person = scene.people["invisible"]
    assert person is not None
    return person


@pytest.fixture
def own(person: User) -> dict[str, RecordModel]:
    """A row of each type that the person owns."""
    place = {"owner": person, "department": person.department}
    company = crm.company(**place)
    deal = deals.deal(company=company, **place)
    return {
        "catalogue.product": catalogue.product(**place),
        "crm.company": company,
        "crm.contact": crm.contact(**place),
        "crm.lead": crm.lead(**place),
        "deals.deal": deal,
        "deals.dealline": deals.line(deal),
        "deals.payment": deals.payment(deal),
        "requests_app.request": requests_app.request(**place),
    }


@pytest.fixture
def client(person: User) -> Client:
    return client_of(person)


def targets(kind: Any) -> list[tuple[str, str]]:
    """The form fields of a type that point to records, with the type they point to."""
    found = []
    for section in kind.sections:
        for name in section.names:
            related = tracked.related_model(kind.model, name)
            if related is not None and issubclass(related, RecordModel):
                found.append((name, related._meta.label_lower))
    return found


POINTING = [(kind.key, name, target) for kind in registry.all_types() for name, target in targets(kind)]


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What a browser would post of the form at this address, unchanged."""
    form = client.get(path).context["form"]
    data = {}
    for field in form:
        value = field.value()
        if value not in (None, "", False, []):
            data[field.name] = value
    return data


@pytest.mark.parametrize(("key", "name", "target"), POINTING)
def test_a_form_refuses_a_foreign_record(
    scene: Scene, own: dict[str, RecordModel], client: Client, key: str, name: str, target: str
) -> None:
    kind = registry.get(key)
    foreign = scene.rows[target].pk
    for path in (kind.url("edit", own[key].pk), kind.url("new")):
        data = form_of(client, path)
        several = isinstance(kind.model._meta.get_field(name), models.ManyToManyField)
        before = stored.everything()
        response: Any = client.post(path, {**data, name: [foreign] if several else foreign})
        assert response.status_code == 422
        assert response.context["form"].errors[name], "the refusal stands next to the field"
        assert SECRET not in text_of(response)
        assert stored.difference(before, stored.everything()) == set()
        prefilled = client.get(f"{path}?{name}={foreign}")
        assert SECRET not in text_of(prefilled)


def test_the_forms_under_test_save_what_is_ones_own(own: dict[str, RecordModel], client: Client) -> None:
    for key, name, target in POINTING:
        kind = registry.get(key)
        path = kind.url("edit", own[key].pk)
        data = {**form_of(client, path), name: own[target].pk}
        assert client.post(path, data).status_code == 303, (key, name)


FILTERED = [
    (kind.key, str(entry), related._meta.label_lower)
    for kind in registry.all_types()
    for entry in kind.filters
    if not isinstance(entry, NamedFilter)
    and (related := tracked.related_model(kind.model, entry)) is not None
    and issubclass(related, RecordModel)
]


@pytest.mark.parametrize(("key", "name", "target"), FILTERED)
@pytest.mark.parametrize("verb", ["list", "totals", "print", "export"])
def test_a_filter_by_a_foreign_record_tells_nothing_of_it(
    scene: Scene, own: dict[str, RecordModel], client: Client, key: str, name: str, target: str, verb: str
) -> None:
    for op in ("in", "not"):
        path = registry.get(key).url(verb)
        asked = {"f": f"{name}.{op}:{scene.rows[target].pk}"}
        response: Any = export(client, path, asked) if verb == "export" else client.get(path, asked)
        assert response.status_code in (200, 400)
        assert SECRET not in text_of(response)


@pytest.mark.parametrize("kind", registry.all_types(), ids=lambda kind: kind.key)
def test_many_at_once_pass_over_foreign_rows(
    scene: Scene, own: dict[str, RecordModel], client: Client, kind: Any
) -> None:
    foreign = scene.rows[kind.key]
    for name, given in acts_on_many(kind, scene, foreign.pk, own[kind.key].pk):
        both: Any = ask(client, "post", kind.url("bulk", name), given)
        assert both.status_code == 303, both.content
        assert SECRET not in text_of(client.get(both.url))
        before = stored.everything()
        asked = client.post(kind.url("bulk", name), {**given, "pk": [foreign.pk]})
        assert asked.status_code == 422
        assert stored.difference(before, stored.everything()) == set()


def test_a_file_of_another_record_is_not_removed_through_ones_own(
    scene: Scene, own: dict[str, RecordModel], client: Client
) -> None:
    for kind in registry.all_types():
        row = own[kind.key]
        before = stored.everything()
        path = kind.url("file-remove", row.pk, scene.files[kind.key].pk)
        assert client.post(path).status_code == 404
        assert stored.difference(before, stored.everything()) == set()
        mine = files.attach(row, ContentFile(b"y", name="mine.txt"), by=common.SETUP)
        assert client.post(kind.url("file-remove", row.pk, mine.pk)).status_code == 303


def test_a_deal_is_not_made_for_a_foreign_party(scene: Scene, own: dict[str, RecordModel], client: Client) -> None:
    request = own["requests_app.request"]
    path = registry.get("requests_app.request").url("create-deal", request.pk)
    plain = {"name": "Pumps", "next_step": "Call", "next_step_on": "+3"}
    for party in (
        {"company": f"company:{scene.rows['crm.company'].pk}", "person": "new"},
        {"company": "", "person": f"contact:{scene.rows['crm.contact'].pk}"},
        {"company": "", "person": f"lead:{scene.rows['crm.lead'].pk}"},
    ):
        before = stored.everything()
        response = client.post(path, {**plain, **party})
        assert response.status_code == 422
        assert SECRET not in text_of(response)
        assert stored.difference(before, stored.everything()) == set()
    assert client.post(path, {**plain, "company": "", "person": "new"}).status_code == 303
    assert Deal.objects.filter(name="Pumps").count() == 1


def test_a_board_of_a_foreign_pipeline_and_a_stage_of_another_one_are_refused(
    own: dict[str, RecordModel], client: Client
) -> None:
    other = deals.pipeline(is_default=False)
    deal: Any = own["deals.deal"]
    before = stored.everything()
    response = client.post(f"/deals/{deal.pk}/move/", {"stage": deals.stage(other, "New").pk})
    assert response.status_code == 422
    assert client.get("/deals/board/", {"pipeline": 10**9}).status_code in (200, 400, 404)
    assert client.get("/deals/board/column/", {"column": deals.stage(other, "New").pk}).status_code == 400
    assert stored.difference(before, stored.everything()) == set()


@pytest.mark.parametrize("name", ["owner", "department"])
def test_reports_of_another_department_count_only_what_one_sees(scene: Scene, client: Client, name: str) -> None:
    key = scene.stranger.pk if name == "owner" else scene.stranger.department_id
    for path in ("/reports/", "/reports/income/"):
        response = client.get(path, {name: str(key)})
        assert response.status_code in (200, 400, 404)
        assert SECRET not in text_of(response).replace(f"{SECRET}owner", "")
