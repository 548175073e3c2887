import pytest

pytest.register_assert_rewrite("tests.records.suite", "tests.records.driving")
