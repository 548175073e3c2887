"""Files on records: kept once per content, served only to who sees the record (common/files)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from common.changes import merging
from common.files import services
from common.files.errors import FileTooLarge, NoRoom
from common.files.models import Attachment, Blob
from common.jobs import services as jobs
from common.kinds.errors import Forbidden
from common.people.models import User
from deals.models import Deal
from tests.common.changes.undone import fresh
from tests.factories import common, crm, deals
from tests.records.driving import body, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> User:
    common.own_company()
    return common.user("manager", common.department("Sales"))


@pytest.fixture
def deal(seller: User) -> Deal:
    return deals.deal(seller)


def put(deal: Deal, by: User, content: bytes = b"%PDF-1.7 offer", name: str = "Offer.pdf") -> Attachment:
    return services.attach(deal, ContentFile(content, name=name), by=by)


def url(row: Attachment) -> str:
    return f"/files/{row.pk}/{row.name}"


def test_a_file_comes_back_byte_for_byte_and_never_runs_in_the_browser(deal: Deal, seller: User) -> None:
    for name, content in {
        "Offer.pdf": b"%PDF\x00\xff",
        "page.html": b"<script>alert(1)</script>",
        "a.svg": b"<svg/>",
    }.items():
        row = put(deal, seller, content, name)
        answer = signed_in(seller).get(url(row))
        assert body(answer) == content
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "sandbox"
        assert "no-store" in answer["Cache-Control"]


def test_the_same_content_is_kept_once(deal: Deal, seller: User) -> None:
    first, second = put(deal, seller, name="a.pdf"), put(deal, seller, name="b.pdf")
    assert first.blob_id == second.blob_id
    assert Blob.objects.count() == 1
    assert default_storage.size(first.blob.path) == first.blob.size == len(b"%PDF-1.7 offer")


def test_who_does_not_see_the_record_does_not_get_the_file(deal: Deal, seller: User) -> None:
    row = put(deal, seller)
    colleague, stranger = common.user("manager", seller.department), common.user("manager", common.department("Other"))
    answers = {who: signed_in(who).get(url(row)).status_code for who in (seller, colleague, stranger)}
    assert answers == {seller: 200, colleague: 200, stranger: 404}
    assert signed_in(stranger).get(f"/files/{row.pk + 1000}/x").status_code == 404


def test_a_file_taken_off_is_gone_and_its_record_says_so(deal: Deal, seller: User) -> None:
    row = put(deal, seller)
    assert deal.record.marks.filter(kind=services.MARK).exists()
    services.detach(deal, row, by=seller)
    assert signed_in(seller).get(url(row)).status_code == 404
    assert not deal.record.marks.filter(kind=services.MARK).exists()
    kinds = list(deal.record.events.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["deal.file_added", "deal.file_removed"]


def join(keeper: Any, other: Any, by: User) -> Any:
    rows = [fresh(keeper), fresh(other)]
    return merging.merge(rows[0], rows[1:], {}, {row.pk: row.version for row in rows}, by=by)


def test_a_record_has_the_files_of_what_was_merged_into_it(seller: User) -> None:
    keeper, other = crm.company("Lackwerk GmbH", owner=seller), crm.company("Lackwerk", owner=seller)
    row = services.attach(other, ContentFile(b"offer", name="Offer.pdf"), by=seller)
    act = join(keeper, other, seller)
    jobs.run_due()
    marks = keeper.record.marks.filter(kind=services.MARK)
    assert marks.exists()
    merging.separate(act, by=seller)
    jobs.run_due()
    assert not marks.exists() and other.record.marks.filter(kind=services.MARK).exists()
    join(keeper, other, seller)
    jobs.run_due()
    services.detach(fresh(keeper), row, by=seller)
    assert not marks.exists()


def test_only_who_may_change_the_record_puts_files_on_it(deal: Deal, seller: User) -> None:
    with pytest.raises(Forbidden):
        put(deal, common.user("manager", seller.department))
    assert not Attachment.objects.exists()


def test_a_file_above_the_limit_is_refused_by_its_bytes(
    deal: Deal, seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LIMIT", 10)
    put(deal, seller, b"x" * 10)
    with pytest.raises(FileTooLarge, match="big"):
        put(deal, seller, b"x" * 11, "big.bin")
    lying = SimpleUploadedFile("lying.bin", b"x" * 11)
    lying.size = 1
    with pytest.raises(FileTooLarge):
        services.attach(deal, lying, by=seller)
    page = signed_in(seller).post(
        f"/deals/{deal.pk}/note/", {"text": "See", "files": SimpleUploadedFile("b", b"x" * 11)}
    )
    assert page.status_code == 422
    assert "See" in page.content.decode()
    assert Attachment.objects.count() == 1


def test_a_full_disk_is_said_and_nothing_is_written(deal: Deal, seller: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: Any, **_named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", full)
    with pytest.raises(NoRoom):
        put(deal, seller, b"never stored before")
    assert not Attachment.objects.exists()
    assert not Blob.objects.exists()


@given(st.text(max_size=300))
def test_any_name_becomes_a_safe_one(name: str) -> None:
    safe = services.safe_name(name)
    assert 0 < len(safe) <= 200
    assert not set("/\\\x00\r\n\u202e") & set(safe)
    assert safe.strip(". ") == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("C:\\Temp\\offer.pdf", "offer.pdf"), ("gpj.\u202efdp", "gpj.fdp"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"), ("Счёт № 5.pdf", "Счёт № 5.pdf"), (" .hidden ", "hidden"),
    ],
)  # fmt: skip
def test_names_keep_what_is_theirs(name: str, safe: str) -> None:
    assert services.safe_name(name) == safe
