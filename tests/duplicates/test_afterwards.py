"""What was merged lives on in the one that stays: its files, and the rows of later imports that mean it."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from common.changes import merging
from common.files import services as files
from crm.models import Company, Contact
from tests.access.http.scene import client_of, text_of
from tests.common.changes.undone import fresh
from tests.factories import common, crm
from tests.importing.driving import counts, imported, person
from tests.importing.driving import text_of as csv_of

pytestmark = pytest.mark.django_db
ACCOUNT = ["Id", "IsDeleted", "MasterRecordId", "Name", "BillingCity"]


def test_files_of_the_others_are_listed_served_and_taken_off_there() -> None:
    common.own_company()
    anna = common.user("manager", common.department())
    one, other = crm.company("A", owner=anna), crm.company("B", owner=anna)
    row = files.attach(other, ContentFile(b"x", name="offer.txt"), by=anna)
    client, url = client_of(anna), reverse("files:serve", args=[row.pk, "offer.txt"])
    merging.merge(one, [fresh(other)], {}, {one.pk: 1, other.pk: fresh(other).version}, by=anna)
    assert (
        f"/companies/{one.pk}/files/{row.pk}/remove/" in text_of(client.get(f"/companies/{one.pk}/"))
        and client.get(url).status_code == 200
    )
    stranger = common.user("manager", common.department("Other"))
    assert client_of(stranger).get(url).status_code == 404
    assert client_of(stranger).get(f"/companies/{other.pk}/").status_code == 404
    assert client.post(f"/companies/{one.pk}/files/{row.pk}/remove/").status_code == 303
    assert client.get(url).status_code == 404


def test_a_later_import_of_the_duplicate_means_the_one_that_stays() -> None:
    by = person()
    imported(csv_of([ACCOUNT, ["001A00000000001", "0", "", "Acme Pumps", ""]]), "", by, name="Account.csv")
    gone, keeper = Company.objects.get(), crm.company("Acme Pumps Ltd")
    merging.merge(keeper, [gone], {}, {keeper.pk: 1, gone.pk: gone.version}, by=by)
    people = [["Id", "FirstName", "LastName", "AccountId", "ReportsToId", "MailingCity"],
              ["003A00000000001", "Petra", "Vogt", "001A00000000001", "", ""]]  # fmt: skip
    imported(csv_of(people), "", by, name="Contact.csv")
    assert Contact.objects.get().company == keeper
    again = imported(
        csv_of([ACCOUNT, ["001A00000000001", "0", "", "Acme Pumps Limited", ""]]), "", by, name="Account.csv"
    )
    assert counts(again) == {"updated": 1} and fresh(keeper).name == "Acme Pumps Limited"
