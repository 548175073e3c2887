"""Forms keep what a record has, even where its editor could not choose it today."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from common import clock
from common.changes import services as changes
from common.policy.models import Permission
from deals.models import Deal
from tests.factories import common, crm, deals
from tests.factories.common import SETUP
from tests.records.driving import filled, signed_in

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        common.own_company()
        common.currency()
        self.seller = common.user("manager", common.department("Sales"))
        self.foreign = crm.contact(owner=common.user("manager", common.department("Other")))
        Permission.objects.filter(role__slug="manager", type="crm.contact").update(scope="own")
        self.client: Client = signed_in(self.seller)

    def opened(self, deal: Deal) -> dict[str, Any]:
        return filled(self.client.get(f"/deals/{deal.pk}/edit/").context["form"])

    def send(self, deal: Deal, **values: Any) -> Any:
        return self.client.post(f"/deals/{deal.pk}/edit/", {**self.opened(deal), **values})


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_chosen_record_its_editor_may_not_see_stays_and_is_named(scene: Scene) -> None:
    deal = deals.deal(scene.seller, contact=scene.foreign)
    page = scene.client.get(f"/deals/{deal.pk}/edit/").content.decode()
    assert scene.foreign.title in page
    assert scene.send(deal, name="Told anew").status_code == 303
    deal = Deal.objects.get(pk=deal.pk)
    assert (deal.name, deal.contact_id) == ("Told anew", scene.foreign.pk)


def test_another_record_one_may_not_see_is_refused(scene: Scene) -> None:
    deal = deals.deal(scene.seller)
    answer = scene.send(deal, contact=str(scene.foreign.pk))
    assert answer.status_code == 422
    assert "contact" in answer.context["form"].errors
    assert scene.foreign.title not in answer.content.decode()


def test_people_who_left_and_archived_words_stay_until_they_are_taken_off(scene: Scene) -> None:
    gone, tag = common.user("manager", scene.seller.department), common.tag()
    deal = deals.deal(scene.seller)
    changes.edit(deal, {"coowners": [gone.pk], "tags": [tag.pk]}, by=SETUP)
    gone.is_active = False
    gone.save()
    tag.archived_at = clock.now()
    tag.save()
    assert scene.send(deal, name="Told anew").status_code == 303
    members = [member.user_id for member in deal.record.members.all()]
    assert (members, [row.tag_id for row in deal.record.record_tags.all()]) == ([gone.pk], [tag.pk])
    form = scene.opened(deal)
    del form["coowners"]
    assert scene.client.post(f"/deals/{deal.pk}/edit/", form).status_code == 303
    assert not deal.record.members.exists()
