"""What a pasted signature says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import signatures
from crm.signatures import Signature

GERMAN = """Mit freundlichen Grüßen
Petra Vogt
Leiterin Einkauf
Lackwerk Moers GmbH & Co. KG
Hafenstraße 12, 47441 Moers
Tel.: +49 (2841) 123-45  | Fax: +49 2841 123-99
petra.vogt@lackwerk-moers.example · www.lackwerk-moers.example"""
RUSSIAN = """С уважением,
Иван Петров
начальник отдела снабжения
ООО «Гидромаш»
тел. 8 (912) 345-67-89
petrov@gidromash.example"""
ENGLISH = """--
Ann O'Neill
Kestrel Foods Ltd
ann@kestrel.example
+44 20 7946 0958"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GERMAN, Signature("Petra", "Vogt", "Leiterin Einkauf", "Lackwerk Moers GmbH & Co. KG",
                           "petra.vogt@lackwerk-moers.example", "+49 (2841) 123-45",
                           "https://www.lackwerk-moers.example", "Hafenstraße 12, 47441 Moers")),
        (RUSSIAN, Signature("Иван", "Петров", "начальник отдела снабжения", "ООО «Гидромаш»",
                            "petrov@gidromash.example", "8 (912) 345-67-89")),
        (ENGLISH, Signature("Ann", "O'Neill", "", "Kestrel Foods Ltd", "ann@kestrel.example", "+44 20 7946 0958")),
        ("", Signature()),
    ],
)  # fmt: skip
def test_a_signature_is_read_line_by_line(text: str, expected: Signature) -> None:
    assert signatures.read(text) == expected


def test_a_company_is_called_by_its_domain_where_nothing_names_it() -> None:
    assert signatures.company_of(signatures.read("Ann Lee\nann@kestrel.example")) == "Kestrel"
    assert signatures.company_of(signatures.read("Ann Lee\nann@gmail.com")) == ""


@given(st.text(max_size=600))
def test_any_text_is_read_and_nothing_is_longer_than_its_field(text: str) -> None:
    found = signatures.read(text)
    assert len(found.job_title) <= 120
    assert len(found.address) <= 250
    assert "\x00" not in "".join(vars(found).values())
