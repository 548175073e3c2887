"""Who of many may do something to a record is what each of them is told alone, in as many queries as for few."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.people.models import Membership, User, Withheld
from common.policy import presets
from common.policy import selectors as policy
from tests.access import world as worlds
from tests.access.world import ACTIONS, World
from tests.factories import common

pytestmark = pytest.mark.django_db


def people_of(world: World) -> list[User]:
    """Everybody there can be: each preset in each department, with two, with none, taken away from, gone."""
    slugs = [preset.slug for preset in presets.all_presets()]
    made = [common.user(slug, place) for slug in slugs for place in (*world.departments, None)]
    both = common.user("manager", world.other)
    Membership.objects.create(user=both, department=world.sales)
    bare = common.user("head", world.sales, withheld=[Withheld.DELETE])
    return [*made, both, bare, common.user("head", world.sales, is_active=False), world.stranger]


def test_it_equals_asking_for_each_in_every_relation() -> None:
    world = worlds.build()
    for slug in ("manager", "head"):
        person = common.user(slug, world.sales)
        User.objects.filter(pk=person.pk).update(department=None)
    people = people_of(world)
    world.person.roles.set(people[0].roles.all())
    keys = [user.pk for user in [*people, world.person]]
    for row in world.rows:
        for action in ("view", "change", "delete"):
            if action in ACTIONS[row.type]:
                alone = {user.pk for user in User.objects.filter(pk__in=keys) if policy.may(user, row.obj, action)}
                assert policy.who_may(User.objects.filter(pk__in=keys), row.obj, action) == alone, (row, action)


def test_it_costs_the_same_for_many() -> None:
    world, counts = worlds.build(), []
    obj = world.of("deals.payment")[0].obj
    for more in (2, 20):
        for _n in range(more):
            common.user("manager", world.sales)
        policy.who_may(User.objects.all(), obj, "view")
        with CaptureQueriesContext(connection) as made:
            policy.who_may(User.objects.all(), obj, "view")
        counts.append(len(made))
    assert counts == [4, 4]
