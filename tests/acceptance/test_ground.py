"""The ground in a real browser: a role is made, a person leaves, a bulk change is undone, a backup returns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from common.organisation.models import Department
from common.people.models import User
from common.policy.models import Role
from common.spine.models import Record
from common.tags.models import RecordTag, Tag
from common.upkeep import backups
from crm.models import Company
from tests.factories import common, crm
from tests.operations import places

pytestmark = pytest.mark.django_db(transaction=True)
PageFor = Callable[..., Page]
Axe = Callable[..., list[str]]


@pytest.fixture
def admin() -> User:
    call_command("setup_presets", verbosity=0)
    sales = Department.objects.get()
    return common.user("administrator", sales, first_name="Ingrid", last_name="Sommer")


def save(page: Page) -> None:
    page.click("[data-save]")
    page.wait_for_load_state("networkidle")


def test_an_administrator_makes_a_role_that_sees_and_cannot_edit(admin: User, page_for: PageFor, axe: Axe) -> None:
    company = crm.company("Lackwerk Moers GmbH", owner=admin)
    person = common.user(None, admin.department, first_name="Vera", last_name="Blick")
    page = page_for(admin)
    page.goto("/settings/roles/new/")
    page.fill("[name=name]", "Viewer")
    save(page)
    role = Role.objects.get(name="Viewer")
    page.goto(f"/settings/roles/{role.pk}/")
    assert axe(page) == []
    page.check("[name='crm.company.view']")
    page.select_option("select[name='crm.company.view.scope']", "all")
    save(page)
    page.goto(f"/settings/people/{person.pk}/change/")
    page.check(f"[name=roles][value='{role.pk}']")
    save(page)
    viewer = page_for(person)
    viewer.goto(f"/companies/{company.pk}/")
    expect(viewer.locator("h1")).to_contain_text("Lackwerk Moers GmbH")
    expect(viewer.locator("a[href$='/edit/']")).to_have_count(0)
    assert viewer.goto(f"/companies/{company.pk}/edit/").status == 403  # type: ignore[union-attr]  # a page answers
    page.goto(f"/settings/roles/{role.pk}/")
    page.uncheck("[name='crm.company.view']")
    save(page)
    assert viewer.goto(f"/companies/{company.pk}/").status == 403  # type: ignore[union-attr]  # live at once


def test_a_person_leaves_and_nothing_is_left_ownerless(admin: User, page_for: PageFor, axe: Axe) -> None:
    leaver = common.user("manager", admin.department, first_name="Boris", last_name="Orlov")
    heir = common.user("manager", admin.department, first_name="Anna", last_name="Berg")
    for _n in range(3):
        crm.company(owner=leaver)
    away = page_for(leaver)
    away.goto("/")
    page = page_for(admin)
    page.goto(f"/settings/people/{leaver.pk}/deactivate/")
    assert axe(page) == []
    expect(page.locator(".k-owned")).to_contain_text("3")
    page.select_option("[name=receiver]", str(heir.pk))
    page.click("[data-save]")
    page.wait_for_load_state("networkidle")
    assert not User.objects.get(pk=leaver.pk).is_active
    assert set(Record.objects.values_list("owner", flat=True)) == {heir.pk}
    away.goto("/companies/")
    assert "/accounts/login/" in away.url


def test_a_bulk_change_is_undone_from_recent_changes(admin: User, page_for: PageFor, axe: Axe) -> None:
    tag = Tag.objects.create(name="Trade fair")
    companies = [crm.company(owner=admin) for _n in range(4)]
    page = page_for(admin)
    page.goto("/companies/?all=1", wait_until="networkidle")
    page.check("[data-select-all]")
    page.click(".k-bulk button:has-text('Add tags'), .k-bulk a:has-text('Add tags')")
    page.wait_for_load_state("networkidle")
    box = page.locator("[name=tags], .k-chooser input").first
    box.fill("Trade")
    page.click(f"[role=option]:has-text('{tag.name}')")
    page.click("main form .btn-primary")
    page.wait_for_load_state("networkidle")
    assert RecordTag.objects.filter(tag=tag).count() == len(companies)
    page.goto("/changes/")
    assert axe(page) == []
    page.locator("a:has-text('Undo'), button:has-text('Undo')").first.click()
    page.wait_for_load_state("networkidle")
    page.click("main form .btn-primary, main form .btn-danger")
    page.wait_for_load_state("networkidle")
    assert not RecordTag.objects.filter(tag=tag).exists()


def test_a_backup_is_restored_into_an_empty_place(admin: User, tmp_path: Path) -> None:
    crm.company("Lackwerk Moers GmbH", owner=admin)
    archive = tmp_path / "backup.tar.gz"
    backups.write(archive)
    place = places.sqlite(tmp_path / "elsewhere")
    place.manage("migrate", "--verbosity", "0")
    place.manage("restore", str(archive))
    told = place.script("from crm.models import Company\nprint(*Company.objects.values_list('name', flat=True))")
    assert told.strip() == Company.objects.get().name
