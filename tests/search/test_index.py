"""The index of parts of words follows every way a text can change, on either database."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from common.changes import services as changes
from common.spine import fulltext
from common.spine.models import SearchText
from tests.factories import common, crm

only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="the table of trigrams is SQLite's")
only_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="the trigram index is PostgreSQL's")


def found(*words: str) -> set[int]:
    return set(SearchText.objects.filter(fulltext.holds([[word] for word in words])).values_list("pk", flat=True))


@pytest.mark.django_db
def test_it_follows_what_the_door_writes() -> None:
    company = crm.company("Hansa Verdichter")
    assert found("dicht", "hansa") == {company.pk}
    changes.edit(company, {"name": "Elb Turbine"}, by=common.SETUP)
    assert found("dicht") == set() and found("turb", "el") == {company.pk}
    SearchText.objects.filter(pk=company.pk).delete()
    assert found("turb") == set()


@pytest.mark.django_db
@pytest.mark.parametrize("word", ['"', '""', 'a"b', "or or", "* not", "(x)", "%_%", "\\x", "near(a b)", "text:abc"])
def test_signs_mean_themselves(word: str) -> None:
    word = f"{word}abc"
    company = crm.company("Signs")
    SearchText.objects.filter(pk=company.pk).update(text=f"before {word} after")
    other = crm.company("abc before after")
    assert found(word) == {company.pk}
    assert other.pk in found("abc")


@only_sqlite
@pytest.mark.django_db
def test_it_is_whole_as_sqlite_itself_checks_it() -> None:
    for number in range(5):
        changes.edit(crm.company(f"Works {number}"), {"name": f"Other {number}"}, by=common.SETUP)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {fulltext.PARTS} ({fulltext.PARTS}, rank) VALUES ('integrity-check', 1)")


@only_sqlite
@pytest.mark.django_db(transaction=True)
def test_a_table_made_anew_by_a_migration_gets_its_triggers_back() -> None:
    company = crm.company("Hansa")
    with connection.schema_editor() as editor:
        editor._remake_table(SearchText)
    SearchText.objects.filter(pk=company.pk).update(text="turbine")
    assert found("turbine") == set(), "the triggers were not lost: this test tests nothing"
    call_command("migrate", verbosity=0)
    assert found("turbine") == {company.pk} and found("hansa") == set()
    assert not fulltext.mend()
    SearchText.objects.filter(pk=company.pk).update(text="pump")
    assert found("pump") == {company.pk}


@only_postgres
@pytest.mark.django_db
def test_postgres_reads_the_index() -> None:
    rows = SearchText.objects.filter(fulltext.holds([["verdichter"], ["hansa", "elbe"]]))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "searchtext_parts" in rows.explain()


@pytest.mark.django_db
def test_companies_that_were_there_before_get_their_sounds() -> None:
    keys = [crm.company(name).pk for name in ("Müller", "Насос", "Hansa")]
    for pk, text in zip(keys, ("müller", "насос", "hansa"), strict=True):
        SearchText.objects.filter(pk=pk).update(text=text, open_text=text)
    import_module("common.spine.migrations.0004_parts_of_words").add_sounds(apps, None)
    for pk, text in zip(keys, ("müller muller", "насос nasos", "hansa"), strict=True):
        row = SearchText.objects.get(pk=pk)
        assert (row.text, row.open_text) == (text, text)
