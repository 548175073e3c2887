"""The policy on rows: what `for_user`, the relations and the ordered page say is what the prose says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.people.models import Membership, User
from common.policy import presets, scopes
from common.policy import selectors as policy
from common.policy.models import Permission, Role, RoleMember, Scope
from common.policy.principal import principal_of
from tests.access import oracle
from tests.access.oracle import Persona, Right
from tests.access.world import ACTIONS, World, build

pytestmark = pytest.mark.django_db

FIELDS = ("name", "amount", "owner", "email", "phone")
FLAGS = ("export", "bulk", "delete", "contacts", "margin", "import")
SCOPES = list(Scope.values)


@pytest.fixture
def world() -> World:
    return build()


@pytest.fixture(autouse=True)
def cells(record_property: Any) -> Iterator[list[int]]:
    """Pairs of row and action asked and granted in this test; the run tells their sum."""
    COUNTED[:] = [0, 0]
    yield COUNTED
    record_property("access cells", tuple(COUNTED))


COUNTED = [0, 0]


def compare(world: World, persona: Persona) -> tuple[int, int]:
    """Ask the product and the oracle about every row and action; how many pairs, how many of them granted."""
    user = User.objects.get(pk=persona.user_id)
    principal = principal_of(user)
    asked = granted = 0
    for key, actions in ACTIONS.items():
        model: Any = apps.get_model(key)
        rows = world.of(key)
        objs = {obj.pk: obj for obj in model.objects.all()}
        relations = scopes.relations(principal, list(objs.values()))
        for action in actions:
            expected = {row.obj.pk for row in rows if oracle.may(persona, action, row)}
            told = {pk for pk in objs if scopes.allows(principal, model, action, relations[pk])}
            filtered = set(model.objects.for_user(user, action).values_list("pk", flat=True))
            words = {row.obj.pk: row.relation for row in rows}
            assert {words[pk] for pk in filtered} == {words[pk] for pk in expected}, (key, action, persona.rights)
            assert {words[pk] for pk in told} == {words[pk] for pk in expected}, (key, action, persona.rights)
            assert principal.may(key, action) or not expected
            asked, granted = asked + len(rows), granted + len(expected)
            COUNTED[0] += len(rows)
            COUNTED[1] += len(expected)
        compare_pages(model, user)
        compare_fields(world, persona, key, principal, relations)
    return asked, granted


def compare_pages(model: Any, user: User) -> None:
    """An ordered page holds the first rows of all the person may see, in that order."""
    for order in (("title_sort", "pk"), ("-created_at", "-pk")):
        everything = list(model.objects.for_user(user).order_by(*order))
        for size in (1, 4, 100):
            assert list(scopes.page_for_user(model.objects.all(), user, order, size)) == everything[:size]
        parts = [Q(pk__in=[row.pk for row in everything[:5]]), ~Q(pk__in=[row.pk for row in everything[:5]])]
        columns = list(scopes.pages_for_user(model.objects.all(), parts, user, order, 2))
        assert columns == [*everything[:2], *everything[5:7]]
    if model.parent_field is None:
        parts = [row for part in scopes.own_for_user(model.objects.all(), user) for row in part]
        related = scopes.relations(principal_of(user), everything)
        assert sorted(row.pk for row in parts) == sorted(pk for pk, found in related.items() if found & scopes.OWN)


def compare_fields(world: World, persona: Persona, key: str, principal: Any, relations: Any) -> None:
    """Field rights on each row and on all rows."""
    model: Any = apps.get_model(key)
    for row in world.of(key):
        rights = scopes.fields(principal, model, relations[row.obj.pk])
        for name in FIELDS:
            assert rights.readable(name) == oracle.may_read(persona, row, name), (key, row.relation, name)
            assert rights.writable(name) == oracle.may_write(persona, row, name), (key, row.relation, name)
    if persona.may_sign_in:
        for name in FIELDS:
            wanted = oracle.reads_everywhere(persona, key, name)
            assert scopes.fields(principal, model).readable(name) == wanted


def rights_of_preset(slug: str) -> list[Right]:
    """A preset role's rights as its rows say."""
    return [
        Right(row.type, row.action, row.scope, frozenset(row.only_fields), frozenset(row.except_fields))
        for row in Permission.objects.filter(role__slug=slug)
    ]


@pytest.mark.parametrize("shares", [True, False], ids=["sharing department", "own-only department"])
@pytest.mark.parametrize("slug", [*presets.registry.roles, None])
def test_each_preset_role_reaches_what_the_prose_says(world: World, slug: str | None, shares: bool) -> None:
    presets.load()
    if slug:
        RoleMember.objects.create(role=Role.objects.get(slug=slug), user=world.person)
    world.sales.keeps_to_owners = not shares
    world.sales.save()
    persona = Persona(
        world.person.pk, rights_of_preset(slug) if slug else [], {world.sales.pk}, shares,
        everything=slug == "administrator",
    )  # fmt: skip
    asked, granted = compare(world, persona)
    assert (granted > 0) == (slug is not None)
    assert (granted == asked) == (slug == "administrator")


def test_everyone_who_may_not_sign_in_sees_nothing(world: World) -> None:
    presets.load()
    RoleMember.objects.create(role=Role.objects.get(slug="administrator"), user=world.person)
    User.objects.filter(pk=world.person.pk).update(is_active=False)
    _asked, granted = compare(world, Persona(world.person.pk, everything=True, may_sign_in=False))
    assert granted == 0


def test_an_archived_role_gives_nothing(world: World) -> None:
    role = Role.objects.create(slug="once", name="Once")
    RoleMember.objects.create(role=role, user=world.person)
    Permission.objects.create(role=role, type="crm.company", action="view", scope="all")
    assert compare(world, Persona(world.person.pk, [Right("crm.company", "view", "all")], {world.sales.pk}))[1]
    Role.objects.filter(pk=role.pk).update(archived_at="2026-01-01T00:00Z")
    compare(world, Persona(world.person.pk, [], {world.sales.pk}))


FIELD_SETS = st.one_of(st.just(set[str]()), st.sets(st.sampled_from(FIELDS), max_size=2))


@st.composite
def roles(draw: st.DrawFn) -> list[list[Right]]:
    """At least three roles; each sees rows of two types or more and may do two things or more to them."""
    made = []
    for _role in range(draw(st.integers(3, 4))):
        rights = []
        for key in draw(st.sets(st.sampled_from(sorted(ACTIONS)), min_size=2)):
            for action in {"view", *draw(st.sets(st.sampled_from(ACTIONS[key]), min_size=2))}:
                scope = draw(st.sampled_from(SCOPES))
                rights.append(Right(key, action, scope, frozenset(draw(FIELD_SETS)), frozenset(draw(FIELD_SETS))))
        made.append(rights)
    return made


@pytest.fixture
def enough(cells: list[int], scale: float) -> Iterator[None]:
    """Enough is asked, and granted: a test that grants nearly nothing says nearly nothing."""
    yield
    assert cells[0] >= 20_000 * min(scale, 1), cells
    assert cells[1] > cells[0] * 0.12, cells


@settings(suppress_health_check=list(HealthCheck))
@given(
    made=roles(),
    home=st.sampled_from(["top", "sales", "team", "other", None]),
    also=st.sets(st.sampled_from(["top", "sales", "team", "squad", "other"]), max_size=2),
    closed=st.sets(st.sampled_from(["top", "sales", "team", "squad", "other"])),
    heads=st.booleans(),
    withheld=st.one_of(st.just(frozenset[str]()), st.frozensets(st.sampled_from(FLAGS), max_size=3)),
    everything=st.integers(0, 9).map(lambda lot: lot == 0),
)
@pytest.mark.usefixtures("enough")
def test_random_roles_reach_what_the_prose_says(
    world: World, made: list[list[Right]], home: str | None, also: set[str], closed: set[str], heads: bool,
    withheld: frozenset[str], everything: bool,
) -> None:  # fmt: skip
    compare_roles(world, made, home, also, closed, withheld, heads=heads, everything=everything)


def compare_roles(
    world: World, made: list[list[Right]], home: str | None, also: set[str], closed: set[str],
    withheld: frozenset[str], *, heads: bool, everything: bool,
) -> None:  # fmt: skip
    """Give the person exactly these roles, departments and flags, and ask both sides about everything."""
    person = world.person
    RoleMember.objects.all().delete()
    Role.objects.all().delete()
    Membership.objects.all().delete()
    for number, rights in enumerate(made):
        is_first = everything and number == 0
        role = Role.objects.create(slug=f"role-{number}", name=f"Role {number}", is_administrator=is_first)
        RoleMember.objects.create(role=role, user=person)
        Permission.objects.bulk_create(
            Permission(
                role=role, type=r.type, action=r.action, scope=r.scope, only_fields=sorted(r.only),
                except_fields=sorted(r.excepted),
            )
            for r in rights
        )  # fmt: skip
    person.department = getattr(world, home) if home else None
    person.withheld = sorted(withheld)
    person.save()
    for name in ("top", "sales", "team", "squad", "other"):
        department = getattr(world, name)
        department.keeps_to_owners = name in closed
        department.save()
    for name in also:
        Membership.objects.create(user=person, department=getattr(world, name), is_head=heads)
    persona = Persona(
        person.pk,
        [right for rights in made for right in rights],
        {getattr(world, name).pk for name in {*also, *([home] if home else [])}},
        shares=home not in closed,
        everything=everything,
        withheld=withheld,
    )
    compare(world, persona)


def test_one_row_is_answered_as_the_rows_are(world: World) -> None:
    presets.load()
    RoleMember.objects.create(role=Role.objects.get(slug="manager"), user=world.person)
    for row in world.rows:
        model: Any = apps.get_model(row.type)
        persona = Persona(world.person.pk, rights_of_preset("manager"), {world.sales.pk})
        for action in ACTIONS[row.type]:
            try:
                policy.get_visible(model.objects.all(), world.person, row.obj.pk, action)
                answer = 200
            except (policy.NotVisible, policy.Forbidden) as refusal:
                answer = refusal.status
            seen, done = oracle.may(persona, "view", row), oracle.may(persona, action, row)
            assert answer == (200 if seen and done else 403 if seen else 404), (row.type, row.relation, action)


@pytest.mark.parametrize("pk", ["", "x", "0", "-1", "1.5", "9" * 40, None, "1 OR 1=1", "\x00", "⁵"])
def test_a_wrong_key_is_answered_like_a_missing_row(world: World, pk: Any) -> None:
    presets.load()
    RoleMember.objects.create(role=Role.objects.get(slug="administrator"), user=world.person)
    with pytest.raises(policy.NotVisible):
        policy.get_visible(apps.get_model("crm.company").objects.all(), world.person, pk)  # type: ignore[attr-defined]


def test_every_record_type_and_action_is_in_the_matrix() -> None:
    from_product = {
        model._meta.label_lower: set(presets.action_names(model._meta.label_lower))
        for model in apps.get_models()
        if hasattr(model, "parent_field")
    }
    assert {key: set(actions) for key, actions in ACTIONS.items()} == from_product
