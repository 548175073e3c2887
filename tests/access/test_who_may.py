"""Who of many people may do something to a record is what each of them is told alone, in as few queries as for one."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.people.models import Membership, User, Withheld
from common.policy import presets
from common.policy import selectors as policy
from tests.access.world import World, build
from tests.factories import common

pytestmark = pytest.mark.django_db


def colleagues(world: World) -> None:
    """Others in the same roles: with a second place, without any, with something taken away, who left."""
    guest = common.user("manager", world.other)
    Membership.objects.create(user=guest, department=world.sales)
    common.user("head", None)
    common.user("head", world.sales, withheld=[Withheld.DELETE])
    common.user("administrator", world.sales, is_active=False)


@pytest.mark.parametrize("slug", [*presets.registry.roles, None])
def test_it_equals_asking_for_each_of_them(slug: str | None) -> None:
    world = build()
    colleagues(world)
    presets.load()
    world.person.roles.set([] if slug is None else world.person.roles.model.objects.filter(slug=slug))
    world.sales.keeps_to_owners = slug == "manager"
    world.sales.save()
    alone, together, both = list(User.objects.all()), list(User.objects.all()), set()
    for row in world.rows:
        for action in ("view", "change", "delete"):
            expected = {user.pk for user in alone if policy.may(user, row.obj, action)}
            assert policy.who_may(together, row.obj, action) == expected, (row.type, row.relation, action)
            both.add(world.person.pk in expected)
    assert both == {slug == "administrator"} if slug in ("administrator", None) else both == {True, False}


def test_it_costs_the_same_for_many() -> None:
    world, counts = build(), []
    obj = world.of("deals.payment")[0].obj
    for more in (2, 20):
        for _n in range(more):
            common.user("manager", world.sales)
        policy.who_may(User.objects.all(), obj, "view")
        with CaptureQueriesContext(connection) as made:
            policy.who_may(User.objects.all(), obj, "view")
        counts.append(len(made))
    assert counts[0] == counts[1] == 4, "people, configuration, roles, members"
