"""Nothing but the door writes record types, the spine, members, tags and events."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.sql import DeleteQuery

from catalogue.models import Product
from common.changes import services as changes
from common.events.models import Event
from common.kinds import guard
from common.kinds.guard import OutsideChanges
from common.spine.models import Record, RecordMember
from common.tags.models import RecordTag, Tag
from crm.models import Company, Contact, Industry
from requests_app.models import Request
from tests.factories import catalogue, common, crm, requests_app

pytestmark = pytest.mark.django_db

Scene = dict[str, Any]


@pytest.fixture
def scene() -> Scene:
    """A company of an industry with a contact, a request that wants a product, a tag."""
    person = common.user(department=common.department())
    company = crm.company(owner=person, industries=[Industry.objects.create(name="Paint").pk])
    wanted = catalogue.product()
    return {
        "person": person,
        "company": company,
        "contact": crm.contact(owner=person, company=company),
        "request": requests_app.request(owner=person, products=[wanted.pk]),
        "product": wanted,
        "tag": Tag.objects.create(name="VIP"),
    }


def a_loaded_fixture(s: Scene) -> None:
    text = serializers.serialize("json", [s["company"]])
    changed = json.loads(text)
    changed[0]["fields"]["name"] = "Loaded"
    for row in serializers.deserialize("json", json.dumps(changed)):
        row.save()


def raw(sql: str) -> Callable[[Scene], None]:
    """A statement past every model."""

    def run(_scene: Scene) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


WAYS: dict[str, Callable[[Scene], Any]] = {
    "save": lambda s: s["company"].save(),
    "save of some fields": lambda s: s["company"].save(update_fields=["name"]),
    "create": lambda s: Company.objects.create(name="Past the door", number=99),
    "get_or_create": lambda s: Company.objects.get_or_create(name="Past the door", defaults={"number": 99}),
    "update_or_create": lambda s: Company.objects.update_or_create(pk=s["company"].pk, defaults={"name": "X"}),
    "update": lambda s: Company.objects.update(name="X"),
    "update of the base manager": lambda s: Company._base_manager.update(name="X"),
    "update with the bin": lambda s: Company.everything.update(name="X"),
    "update of a plain queryset": lambda s: QuerySet(Company).update(name="X"),
    "bulk_update": lambda s: Company.objects.bulk_update([s["company"]], ["name"]),
    "bulk_create": lambda s: Product.objects.bulk_create([Product(name="X", code="X", number=99)]),
    "delete": lambda s: s["contact"].delete(),
    "delete of a queryset": lambda s: Contact.objects.all().delete(),
    "delete of the base manager": lambda s: Contact._base_manager.all().delete(),
    "delete of a plain queryset": lambda s: QuerySet(Contact).delete(),
    "delete of a compiled query": lambda s: DeleteQuery(Contact).delete_batch([s["contact"].pk], "default"),
    "raw delete": lambda s: Contact.objects.all()._raw_delete("default"),
    "deferred save": lambda s: Company.objects.only("name").get().save(),
    "reverse add": lambda s: s["company"].contacts.add(crm.contact(), bulk=True),
    "reverse add one by one": lambda s: s["company"].contacts.add(crm.contact(), bulk=False),
    "reverse set": lambda s: s["company"].contacts.set([]),
    "reverse clear": lambda s: s["company"].contacts.clear(),
    "reverse create": lambda s: s["company"].contacts.create(last_name="X", number=99),
    "link add": lambda s: s["request"].products.add(catalogue.product()),
    "link remove": lambda s: s["request"].products.remove(s["product"]),
    "link set": lambda s: s["request"].products.set([]),
    "link clear": lambda s: s["request"].products.clear(),
    "link from the other side": lambda s: s["product"].requests.clear(),
    "link to a dictionary, other side": lambda s: Industry.objects.get().companies.set([]),
    "link table": lambda s: Request.products.through.objects.all().delete(),
    "link table rows": lambda s: Request.products.through.objects.update(product_id=s["product"].pk),
    "spine": lambda s: Record.objects.filter(pk=s["company"].pk).update(title="X"),
    "spine save": lambda s: s["company"].record.save(),
    "spine delete": lambda s: Record.objects.filter(pk=s["contact"].pk).delete(),
    "member": lambda s: RecordMember.objects.create(record_id=s["company"].pk, user=s["person"], role="shared"),
    "tag on a record": lambda s: RecordTag.objects.create(record_id=s["company"].pk, tag=s["tag"]),
    "event edited": lambda s: Event.objects.update(kind="x"),
    "event deleted": lambda s: Event.objects.first().delete(),  # type: ignore[union-attr]
    "fixture": a_loaded_fixture,
    "raw update": raw("UPDATE crm_company SET name = 'X'"),
    "raw update, quoted": raw("  update \"crm_company\" set name = 'X'"),
    "raw delete of events": raw("DELETE FROM events_eventlink"),
    "raw insert": raw("INSERT INTO tags_recordtag (record_id, tag_id) VALUES (1, 1)"),
}


def everything_stored() -> dict[str, list[Any]]:
    """Every row of every guarded table."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in guard.guarded_models()
    }


@pytest.mark.parametrize("way", WAYS)
def test_a_write_past_the_door_is_refused_and_writes_nothing(scene: Scene, way: str) -> None:
    before = everything_stored()
    made_first = way.startswith("reverse add") or way == "link add"
    with pytest.raises(OutsideChanges), transaction.atomic():
        WAYS[way](scene)
    after = everything_stored()
    if made_first:
        assert list(Contact.objects.values_list("company", flat=True)).count(scene["company"].pk) == 1
        assert list(scene["request"].products.all()) == [scene["product"]]
    else:
        assert after == before


def test_a_cascade_into_a_guarded_table_is_refused(scene: Scene) -> None:
    changes.edit(scene["company"], {"shared_with": [scene["person"]]}, by=common.SETUP)
    with pytest.raises(OutsideChanges):
        scene["company"].record.delete()
    assert RecordMember.objects.count() == 1


def test_every_record_type_the_spine_and_its_links_are_guarded() -> None:
    names = {model._meta.label_lower for model in guard.guarded_models()}
    assert {
        "crm.company", "crm.contact", "crm.lead", "deals.deal", "deals.dealline", "deals.payment", "catalogue.product",
        "requests_app.request", "spine.record", "spine.recordmember", "tags.recordtag", "events.event",
        "events.eventlink", "events.changeset", "requests_app.request_products", "crm.company_industries",
    } <= names  # fmt: skip


def test_a_new_thread_starts_with_the_door_closed() -> None:
    found: list[bool] = []
    with guard.door():
        thread = threading.Thread(target=lambda: found.append(guard.door_is_open()))
        thread.start()
        thread.join()
        assert guard.door_is_open()
    assert found == [False]
    assert not guard.door_is_open()


def test_an_error_inside_closes_the_door() -> None:
    with pytest.raises(ZeroDivisionError), guard.door():
        _ = 1 // 0
    assert not guard.door_is_open()
