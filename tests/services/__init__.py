"""Real servers for tests, and the one way to say that a machine lacks one."""

import os
from typing import NoReturn

import pytest

STRICT = os.environ.get("KONTOR_TEST_STRICT") == "1"


def missing(what: str, package: str) -> NoReturn:
    """Skip the running test because `what` is not there; with KONTOR_TEST_STRICT=1, fail it."""
    sentence = f"{what} is not on this machine: install the package {package}."
    if STRICT:
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
