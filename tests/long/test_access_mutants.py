"""Every rule of common/policy counts: with any one of them taken away the access matrix fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.long.mutating import ROOT, Mutant, mutants

pytestmark = pytest.mark.long

MODULES = ("common.policy.scopes", "common.policy.principal", "common.policy.selectors", "common.policy.rules")
JUDGES = (
    "tests/access/http/test_hidden_contacts.py", "tests/setup/test_roles.py", "tests/people/test_second_factor.py",
    "tests/access/http/test_routes_matrix.py",
)  # fmt: skip
"""In this order, each until one fails."""

EQUAL: dict[str, str] = {
    "not objs → False": "an empty page costs a query more",
    "obj.owner_id is not None and obj.owner_id == principal.user_id → obj.owner_id == principal.user_id":
        "nobody's record is owned by nobody with an id",
    "places and wanted & {'department', 'subtree'} → wanted & {'department', 'subtree'}":
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
    "getattr(view, 'rule', None) or getattr(getattr(view, 'view_class', None), 'rule', None)"
    " → getattr(view, 'rule', None)":
        "class-based pages are declared as views",
}  # fmt: skip
"""What may be taken away without changing who may do what, with the reason."""

ALL = [(name, number, mutant) for name in MODULES for number, mutant in enumerate(mutants(name))]


def is_equal(mutant: Mutant) -> bool:
    return f"{mutant.before} → {mutant.after}" in EQUAL


@pytest.mark.parametrize(("module", "number", "mutant"), ALL, ids=[str(mutant) for _m, _n, mutant in ALL])
def test_the_matrix_fails_without_it(module: str, number: int, mutant: Mutant) -> None:
    if is_equal(mutant):
        pytest.skip("takes away nothing that decides")
    environment = {**os.environ, "KONTOR_MUTANT": f"{module}:{number}", "KONTOR_TEST_SCALE": "0.2"}
    for judge in JUDGES:
        command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-q", "-p", "tests.long.mutating", judge]
        if subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode == 1:
            return
    pytest.fail(f"Nothing failed without it: {mutant}")


def test_there_is_enough_to_take_away() -> None:
    decided = [mutant for _module, _number, mutant in ALL if not is_equal(mutant)]
    assert len(decided) >= 60, len(decided)
