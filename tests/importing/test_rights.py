"""An import does nothing that its person could not do by hand, and nobody else sees it."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from common.changes import binning, purging, undoing
from common.changes import services as changes
from common.importing import selectors, services
from common.importing.errors import MayNotImport, Outdated
from common.importing.models import Import, OnNew, OuterKey, Step
from common.jobs import services as jobs
from common.kinds.errors import Forbidden, NotVisible
from common.organisation.models import Department
from common.people.models import User, Withheld
from common.policy.models import Permission, RoleMember
from crm.models import Company, Contact
from tests.conftest import Clock
from tests.factories import common, crm
from tests.importing.driving import begun, checked, counts, fresh, imported, person, text_of, written
from tests.importing.files import workbook
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
FILE = text_of([["First name", "Last name", "E-mail", "Job title"], ["Petra", "Vogt", "p@x.example", "Head"]])


def withhold(user: User, *flags: str) -> User:
    user.withheld = list(flags)
    user.save()
    return User.objects.get(pk=user.pk)


def reasons(imp: Import) -> str:
    return " ".join(problem["text"] for row in imp.rows.all() for problem in row.errors)


def test_who_may_not_import_cannot_begin() -> None:
    for by in (person("accountant"), withhold(person(), Withheld.IMPORT)):
        with pytest.raises(MayNotImport):
            begun(FILE, "crm.contact", by)
        client = signed_in(by)
        assert "imports/new" not in client.get("/contacts/").content.decode()
        assert client.get("/imports/new/").status_code == (403 if by.withheld else 200)


def test_who_loses_the_right_in_between_writes_nothing() -> None:
    by = person()
    imp = checked(FILE, "crm.contact", by)
    services.write(imp, version=imp.version, by=by)
    withhold(by, Withheld.IMPORT)
    jobs.run_due()
    imp = fresh(imp)
    assert (imp.step, Contact.objects.count(), selectors.is_stuck(imp)) == (Step.WRITING, 0, True)
    withhold(by)
    services.go_on(imp, by=by)
    jobs.run_due()
    assert (fresh(imp).step, Contact.objects.count()) == (Step.DONE, 1)


def test_a_record_of_others_is_not_changed() -> None:
    by = person("manager")
    other = common.user("manager", by.department)
    known = crm.contact(owner=other, email="p@x.example", job_title="Buyer")
    for imp in (checked(FILE, "crm.contact", by), imported(FILE, "crm.contact", by)):
        assert counts(imp) == {"failed": 1}
        assert "not change it" in reasons(imp)
    known.refresh_from_db()
    assert known.job_title == "Buyer"


def test_a_record_nobody_shows_is_not_found() -> None:
    by = person("manager")
    crm.contact(owner=common.user("manager", common.department("Elsewhere")), email="p@x.example")
    assert counts(imported(FILE, "crm.contact", by)) == {"new": 1}


def test_fields_a_role_may_not_write_are_no_targets() -> None:
    by = person("manager")
    Permission.objects.filter(role__members__user=by, type="crm.contact").update(except_fields=["job_title"])
    imp = begun(FILE, "crm.contact", User.objects.get(pk=by.pk))
    assert imp.columns == ["first_name", "last_name", "email", ""]


def test_hidden_addresses_are_neither_filled_nor_found() -> None:
    by = withhold(person("manager"), Withheld.CONTACTS)
    crm.contact(owner=by, email="p@x.example", job_title="Buyer")
    imp = begun(FILE, "crm.contact", by)
    assert "email" not in imp.columns
    assert "email" not in [rule.key for rule in services.possible_rules(imp, by)]


def test_a_column_gives_records_away_where_the_person_may() -> None:
    by, to = person("head"), common.user("manager", Department.objects.first(), first_name="Ада", last_name="Ким")
    file = text_of([["Last name", "E-mail", "Owner"], ["Vogt", "p@x.example", "Ада Ким"], ["Roth", "r@x.example", ""]])
    known = crm.contact(owner=by, email="p@x.example")
    imp = imported(file, "crm.contact", by)
    assert counts(imp) == {"new": 1, "updated": 1}, reasons(imp)
    known.refresh_from_db()
    assert (known.owner, Contact.objects.get(last_name="Roth").owner) == (to, by)
    assert "owner" not in begun(file, "crm.contact", withhold(by, Withheld.BULK)).columns


def test_who_sees_an_import() -> None:
    by, other, chief = person("manager"), common.user("manager", Department.objects.first()), person()
    imp = checked(FILE, "crm.contact", by)
    assert selectors.get_import(chief, imp.pk) == imp
    with pytest.raises(NotVisible):
        selectors.get_import(other, imp.pk)
    with pytest.raises(Forbidden):
        services.write(imp, version=imp.version, by=chief)
    for page in ("", "file/", "columns/", "check/", "result/", "failed/", "progress/"):
        assert signed_in(other).get(f"/imports/{imp.pk}/{page}").status_code == 404
    assert signed_in(other).post(f"/imports/{imp.pk}/write/").status_code == 404


def test_a_step_taken_in_another_window_is_told() -> None:
    by = person()
    imp = begun(FILE, "crm.contact", by)
    services.set_columns(imp, imp.columns, version=imp.version, by=by)
    with pytest.raises(Outdated):
        services.set_columns(imp, ["", "", "", "last_name"], version=imp.version, by=by)


def test_what_was_changed_since_the_check_is_not_overwritten() -> None:
    by = person()
    one, two = crm.contact(owner=by, email="p@x.example", job_title="Buyer"), crm.contact(owner=by, email="q@x.example")
    rows = [["E-mail", "Job title"], ["p@x.example", "Head"], ["q@x.example", "Head"]]
    imp = checked(text_of(rows), "crm.contact", by)
    changes.edit(one, {"job_title": "Director"}, by=common.SETUP)
    changes.edit(two, {"phone": "+49 1"}, by=common.SETUP)
    imp = written(imp)
    assert counts(imp) == {"updated": 1, "failed": 1}
    assert "changed the same fields" in reasons(imp)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.job_title, two.job_title, two.phone) == ("Director", "Head", "+49 1")


def test_matches_in_the_bin_are_left_there_or_restored() -> None:
    by = person()
    known = crm.contact(owner=by, first_name="Petra", last_name="Vogt", email="p@x.example")
    binning.remove(known, by=by)
    left = imported(FILE, "crm.contact", by)
    assert (counts(left), "in the bin" in reasons(left)) == ({"skipped": 1}, True)
    back = imported(FILE, "crm.contact", by, restores=True)
    known = Contact.objects.get(pk=known.pk)
    assert (counts(back), known.deleted_at, known.job_title) == ({"updated": 1}, None, "Head")


def test_rows_that_fit_several_ask_instead_of_guessing() -> None:
    by = person()
    for _n in range(2):
        crm.contact(owner=by, email="p@x.example")
    imp = imported(FILE, "crm.contact", by)
    assert counts(imp) == {"failed": 1}
    assert "fits several: K-" in reasons(imp)


def test_undo_takes_everything_back(clock: Clock) -> None:
    by = person()
    known = crm.contact(owner=by, email="p@x.example", job_title="Buyer")
    rows = [["Last name", "E-mail", "Job title", "Company"], ["Vogt", "p@x.example", "Head", "Acme"],
            ["Roth", "r@x.example", "", "Acme"]]  # fmt: skip
    imp = imported(text_of(rows), "crm.contact", by)
    assert imp.change_set is not None
    undo = undoing.undo(imp.change_set, by=by)
    known = Contact.objects.get(pk=known.pk)
    assert (undo.back, known.job_title, known.company, Contact.objects.count()) == (3, "Buyer", None, 1)
    assert not Company.objects.exists()


def test_files_and_rows_are_kept_for_thirty_days(clock: Clock) -> None:
    by = person()
    imp = imported(FILE, "crm.contact", by)
    assert default_storage.exists(imp.path)
    clock.move(days=29)
    jobs.run_due()
    assert default_storage.exists(imp.path)
    clock.move(days=1, minutes=1)
    jobs.run_due()
    old = fresh(imp)
    assert (old.path, old.rows.count(), counts(old)) == ("", 0, {"new": 1})
    assert not default_storage.exists(imp.path)


def test_an_import_nobody_finished_goes_whole_and_one_that_is_being_written_is_waited_for(clock: Clock) -> None:
    by = person()
    left, busy = begun(FILE, "crm.contact", by), checked(FILE, "crm.contact", by)
    services.write(busy, version=busy.version, by=by)
    withhold(by, Withheld.IMPORT)
    clock.move(days=30, minutes=1)
    jobs.run_due()
    assert not Import.objects.filter(pk=left.pk).exists()
    assert fresh(busy).rows.count() == 1
    withhold(by)
    services.go_on(fresh(busy), by=by)
    clock.move(days=1, minutes=1)
    jobs.run_due()
    clock.move(days=1, minutes=1)
    jobs.run_due()
    assert (counts(fresh(busy)), fresh(busy).rows.count()) == ({"new": 1}, 0)


def test_without_its_file_an_import_says_so_and_no_page_breaks() -> None:
    by = person()
    for content, name in ((FILE, "a.csv"), (workbook([["Last name"], ["Vogt"]]), "a.xlsx")):
        imp = services.start(ContentFile(content, name=name), type_key="crm.contact", by=by)
        default_storage.delete(imp.path)
        client, path = signed_in(by), f"/imports/{imp.pk}/file/"
        page = client.get(path)
        assert "not here any more" in page.content.decode()
        given = {bound.html_name: bound.value() for bound in page.context["form"]}
        assert client.post(path, given).status_code == 422


def test_what_is_deleted_for_good_leaves_no_word_in_imports() -> None:
    by = person()
    rows = [["Key in the other system", "Last name", "E-mail"], ["7", "Vogt", "p@x.example"]]
    imp = imported(text_of(rows), "crm.contact", by)
    contact = Contact.objects.get()
    assert OuterKey.objects.get().record_id == contact.pk
    binning.remove(contact, by=by)
    purging.purge(Contact.everything.get(), by=by)
    assert not OuterKey.objects.exists()
    assert [row.cells for row in imp.rows.all()] == [[]]


def test_who_has_no_role_any_more_imports_nothing() -> None:
    by = person()
    imp = checked(FILE, "crm.contact", by, on_new=OnNew.CREATE)
    RoleMember.objects.filter(user=by).delete()
    common.department().save()
    with pytest.raises(MayNotImport):
        services.write(imp, version=imp.version, by=User.objects.get(pk=by.pk))
