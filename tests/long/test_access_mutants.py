"""Every rule of common/policy counts: with any one of them taken away the access matrix fails."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from random import Random

import pytest
from django.db import transaction

from common.kinds import dictionary
from tests.access import test_matrix as matrix
from tests.access.oracle import Right
from tests.access.world import ACTIONS, World, build
from tests.long.mutating import ROOT, Mutant, broken, mutants

pytestmark = pytest.mark.long

MODULES = ("common.policy.scopes", "common.policy.principal", "common.policy.selectors", "common.policy.rules")
OTHER_JUDGES = (
    "tests/access/test_rules.py", "tests/access/http/test_hidden_contacts.py", "tests/setup/test_roles.py",
    "tests/people/test_second_factor.py", "tests/access/http/test_routes_matrix.py",
    "tests/common/changes/test_rights.py",
)  # fmt: skip
"""Asked in this order, each in a run of its own, where the matrix notices nothing."""
LOTS = 25
"""How many random sets of roles, departments and flags judge each mutant."""

EQUAL: dict[str, str] = {
    "obj.owner_id is not None and obj.owner_id == principal.user_id → obj.owner_id == principal.user_id":
        "nobody's record is owned by nobody with an id",
    "places and 'department' in wanted → 'department' in wanted":
        "no places: the list of departments finds nothing either",
    "connection.vendor == 'postgresql' → True": "another way to say the same in SQL",
    "connection.vendor == 'postgresql' → False": "another way to say the same in SQL",
    "connection.vendor == 'postgresql' → connection.vendor != 'postgresql'": "another way to say the same in SQL",
    "above is not None → True": "a type that is no part has nothing above that could be given",
    "kept is not None and kept[0] == version → False": "the principal is built anew each time",
    "kept[0] == version → kept[0] != version": "the principal is built anew each time",
    "kept is not None and hasattr(user, 'role_ids') → hasattr(user, 'role_ids')": "the roles are read once more",
    "kept is not None and hasattr(user, 'role_ids') → True": "the roles are read once more",
    "loaded is not None → False": "the roles are read once more",
    "principal_of(user).hides_contacts and (not obj.is_masked) → principal_of(user).hides_contacts":
        "a masked row is masked already",
    "found is None and url_name in THIRD_PARTY → url_name in THIRD_PARTY": "no page of ours has a name of theirs",
    "holders → True": "the members are asked for once more",
    "rows is None → True": "the members are asked for once more",
    "obj.parent_field is None → False": "the members are asked for once more",
    "obj.parent_field is None → True":
        "nobody reads parts with the members of their own, which they have none of",
    "wanted & set(RecordMember.Role.values) → wanted | wanted": "no member has one of the other names",
    "key is not None → True": "no row has the key of nobody",
    "action != 'view' → True": "a row one sees is a row one may view",
}  # fmt: skip
"""What may be taken away without changing who may do what, with the reason."""

ALL = [(name, number, mutant) for name in MODULES for number, mutant in enumerate(mutants(name))]


def is_equal(mutant: Mutant) -> bool:
    return f"{mutant.before} → {mutant.after}" in EQUAL


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "number", "mutant"), ALL, ids=[str(mutant) for _m, _n, mutant in ALL])
def test_the_matrix_fails_without_it(world: World, module: str, number: int, mutant: Mutant) -> None:
    if is_equal(mutant):
        pytest.skip("takes away nothing that decides")
    with broken(mutant):
        if any(notices(judge, world) for judge in judges()):
            return
    if not any(fails(judge, module, number) for judge in OTHER_JUDGES):
        pytest.fail(f"Nothing failed without it: {mutant}")


def fails(judge: str, module: str, number: int) -> bool:
    """Whether a file of tests fails, in a process of its own, with this mutant."""
    environment = {**os.environ, "KONTOR_MUTANT": f"{module}:{number}"}
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "tests.long.mutating", judge]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("module", MODULES)
def test_the_other_judges_pass_where_nothing_that_decides_is_taken_away(module: str) -> None:
    equal = next(number for name, number, mutant in ALL if name == module and is_equal(mutant))
    assert [judge for judge in OTHER_JUDGES if fails(judge, module, equal)] == []


def test_the_judges_find_nothing_where_nothing_is_taken_away(world: World) -> None:
    assert not any(notices(judge, world) for judge in judges())


def notices(judge: Callable[[World], object], world: World) -> bool:
    """Whether the judge fails; what it wrote is taken back."""
    try:
        with transaction.atomic():
            judge(world)
            transaction.set_rollback(True)
    except Exception:  # noqa: BLE001  # a mutant may break in any way
        return True
    finally:
        dictionary.use_version(None)
        dictionary.renew()
    return False


def judges() -> Iterator[Callable[[World], object]]:
    """The tests of the matrix: preset roles, single rows, and lots of random roles drawn alike for every mutant."""
    for slug in ("manager", "executive", "accountant", "operator", None):
        yield partial(matrix.test_each_preset_role_reaches_what_the_prose_says, slug=slug, shares=slug != "manager")
    yield matrix.test_one_row_is_answered_as_the_rows_are
    yield matrix.test_everyone_who_may_not_sign_in_sees_nothing
    yield matrix.test_an_archived_role_gives_nothing
    for seed in range(LOTS):
        yield partial(_random_roles, lot=Random(seed))


def _random_roles(world: World, lot: Random) -> None:
    places = ["top", "sales", "team", "squad", "other"]
    made = [
        [
            Right(key, action, lot.choice(matrix.SCOPES), _some(lot), _some(lot))
            for key in sorted(ACTIONS) if lot.random() < 0.6 for action in ACTIONS[key] if lot.random() < 0.6
        ]
        for _role in range(2)
    ]  # fmt: skip
    flags = frozenset(lot.sample(matrix.FLAGS, lot.choice([0, 0, 1, 2])))
    matrix.compare_roles(
        world, made, lot.choice([*places, None]), set(lot.sample(places, lot.choice([0, 1]))),
        set(lot.sample(places, 2)), flags, heads=lot.random() < 0.5, everything=lot.random() < 0.1,
    )  # fmt: skip


def _some(lot: Random) -> frozenset[str]:
    return frozenset(lot.sample(matrix.FIELDS, lot.choice([0, 0, 1, 2])))


def test_there_is_enough_to_take_away() -> None:
    decided = [mutant for _module, _number, mutant in ALL if not is_equal(mutant)]
    assert len(decided) >= 60, len(decided)
