"""Pages are sent compressed, files as they are."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.factories import common, deals
from tests.records.driving import body, signed_in

pytestmark = pytest.mark.django_db
ASKED: dict[str, Any] = {"HTTP_ACCEPT_ENCODING": "gzip, br"}


def test_a_page_is_compressed_and_a_file_keeps_its_length() -> None:
    common.own_company()
    common.currency()
    head = common.user("administrator", common.department())
    deals.deal(head)
    client = signed_in(head)
    page = client.get("/deals/", **ASKED)
    assert page["Content-Encoding"] == "gzip"
    assert b"</html>" in gzip.decompress(page.content)
    file = client.post("/deals/export/", {"format": "csv"}, **ASKED)
    assert "Content-Encoding" not in file
    assert int(file["Content-Length"]) == len(body(file))
