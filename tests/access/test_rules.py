"""What the matrix does not ask: several rows and columns at once, rows with their members at hand, masks, types."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from common.changes import binning
from common.kinds import dictionary
from common.kinds.errors import Forbidden
from common.kinds.guard import door
from common.people.models import User
from common.policy import rules, scopes, selectors
from common.policy.backends import PrincipalBackend
from common.policy.models import Permission, Role, RoleMember
from common.policy.principal import principal_of
from common.spine.models import RecordMember
from crm.models import Company, Contact
from tests.factories import common, crm, customfields

pytestmark = pytest.mark.django_db


def person(*given: tuple[str, str, str], **values: Any) -> User:
    """Somebody with one role of these rights: (type, action, scope)."""
    slug = f"role-{common.number()}"
    role = Role.objects.create(slug=slug, name=slug)
    for key, action, scope in given:
        Permission.objects.create(role=role, type=key, action=action, scope=scope)
    user = common.user(None, common.department(f"Department {common.number()}"), **values)
    RoleMember.objects.create(role=role, user=user)
    return User.objects.get(pk=user.pk)


def co_own(pk: int, user: User) -> None:
    with door():
        RecordMember.objects.create(record_id=pk, user=user, role=RecordMember.Role.COOWNER)


def names(rows: Any) -> list[str]:
    return sorted(str(row) for row in rows)


def test_a_type_is_refused_to_whom_no_role_gives_it() -> None:
    reader = person(("crm.company", "view", "own"))
    selectors.require_type(reader, Company, "view")
    for model, action in ((Company, "change"), (Contact, "view")):
        with pytest.raises(Forbidden):
            selectors.require_type(reader, model, action)


def test_keys_are_those_one_may_see_with_the_bin_only_when_asked() -> None:
    reader = person(("crm.company", "view", "own"))
    mine, other = crm.company("Mine", owner=reader), crm.company("Other")
    thrown = crm.company("Thrown", owner=reader)
    binning.remove(thrown, by=common.SETUP)
    wanted = [(Company, row.pk) for row in (mine, other, thrown)]
    assert selectors.visible_keys(reader, wanted) == {mine.pk}
    assert selectors.visible_keys(reader, wanted, with_bin=True) == {mine.pk, thrown.pk}


@pytest.mark.parametrize(("scope", "seen"), [("all", ["Mine", "Shared"]), ("own", ["Mine", "Shared"]), (None, [])])
def test_ones_own_page_is_what_one_owns_and_co_owns(scope: str | None, seen: list[str]) -> None:
    reader = person(*([("crm.company", "view", scope)] if scope else []))
    crm.company("Mine", owner=reader)
    co_own(crm.company("Shared").pk, reader)
    crm.company("Other")
    page = scopes.page_for_user(Company.objects.all(), reader, ["pk"], 10, own=True)
    assert names(page) == seen


def test_members_at_hand_tell_the_same_as_members_asked_for() -> None:
    reader, other = person(("crm.company", "view", "own")), common.user("manager")
    shared, foreign = crm.company("Shared"), crm.company("Foreign")
    for row, user in ((shared, reader), (foreign, other)):
        co_own(row.pk, user)
    asked = list(Company.objects.order_by("pk"))
    fetched = list(Company.objects.prefetch_related("record__members").order_by("pk"))
    assert fetched[0].linked("members") is not None and asked[0].linked("members") is None
    principal = principal_of(reader)
    told = scopes.relations(principal, fetched)
    assert told == scopes.relations(principal, asked) == {shared.pk: {"coowner"}, foreign.pk: set()}


@pytest.mark.parametrize("hidden", [True, False])
def test_every_way_to_rows_masks_them_for_whom_contacts_are_hidden(hidden: bool) -> None:
    reader = person(("crm.company", "view", "all"), withheld=["contacts"] if hidden else [])
    crm.company("One", email="one@example.org")
    rows, one = Company.objects.all(), Q(name="One")
    limited = person(("crm.company", "view", "own"), withheld=["contacts"] if hidden else [])
    crm.company("Two", owner=limited)
    for found in (
        rows.for_user(reader), scopes.page_for_user(rows, reader, ["pk"], 5),
        scopes.page_for_user(rows, limited, ["pk"], 5), scopes.pages_for_user(rows, [one], reader, ["pk"], 5),
    ):  # fmt: skip
        assert {row.is_masked for row in found} == {hidden}


def test_no_column_has_no_rows() -> None:
    reader = person(("crm.company", "view", "all"))
    crm.company("One")
    assert list(scopes.pages_for_user(Company.objects.all(), [], reader, ["pk"], 5)) == []


def test_a_person_at_hand_gets_the_roles_of_the_new_configuration() -> None:
    user = PrincipalBackend().get_user(person(("crm.company", "view", "own")).pk)
    assert user is not None and not principal_of(user).may("crm.contact", "view")
    role = Role.objects.create(slug="more", name="More")
    Permission.objects.create(role=role, type="crm.contact", action="view", scope="own")
    RoleMember.objects.create(role=role, user=user)
    dictionary.renew()
    assert principal_of(user).may("crm.contact", "view")


def test_a_page_of_a_library_that_nobody_listed_has_no_rule() -> None:
    def view(request: Any) -> None:
        """Declared by nobody."""

    assert rules.rule_of(view, "nobody_listed_it") is None
    listed = rules.rule_of(view, "mfa_index")
    assert listed is not None and listed.kind == "signed-in"


def test_counts_that_end_early_count_what_one_may_see_and_only_ones_own_where_asked() -> None:
    reader = person(("crm.company", "view", "department"))
    colleague = common.user(None, reader.department)
    mine, shared = crm.company("Mine", owner=reader), crm.company("Shared")
    theirs, other = crm.company("Theirs", owner=colleague), crm.company("Other")
    co_own(shared.pk, reader)
    rows = Company.objects.get_queryset()
    assert names(scopes.some_for_user(rows, reader, 10)) == ["Mine", "Shared", "Theirs"]
    assert names(scopes.some_for_user(rows, reader, 10, own=True)) == ["Mine", "Shared"]
    assert names(scopes.some_for_user(rows.exclude(pk=mine.pk), reader, 10)) == ["Shared", "Theirs"]
    assert scopes.some_for_user(rows, reader, 1).count() <= 3
    everything = person(("crm.company", "view", "all"))
    assert names(scopes.some_for_user(rows, everything, 10)) == names([mine, shared, theirs, other])
    assert names(scopes.some_for_user(rows, everything, 10, own=True)) == []
    either = (Q(name="Mine"), Q(name="Other"))
    assert names(scopes.some_for_user(rows, reader, 10, either=either)) == ["Mine"]
    assert names(scopes.some_for_user(rows, everything, 10, either=either)) == ["Mine", "Other"]
    assert scopes.some_for_user(rows, everything, 1, either=either).count() == 2
    nobody = person(("crm.contact", "view", "all"))
    co_own(theirs.pk, nobody)
    assert not names(scopes.some_for_user(rows, nobody, 10))
    assert not names(scopes.some_for_user(rows, nobody, 10, own=True))


def test_own_fields_are_hidden_as_contact_details_and_as_those_of_a_role() -> None:
    maker = common.user("administrator")
    mail = customfields.field("crm.company", "email", by=maker, key="mail")
    closed = customfields.field("crm.company", "text", by=maker, key="closed", roles=[maker.roles.get()])
    assert {mail.key, closed.key} == {"mail", "closed"}
    reader = person(("crm.company", "view", "all"), withheld=["contacts"])
    rights = scopes.fields(principal_of(reader), Company)
    assert [rights.readable(name) for name in ("x_mail", "x_closed", "email", "name")] == [False, False, False, True]
    assert [rights.shown(name) for name in ("x_mail", "x_closed", "email", "name")] == [True, False, True, True]
    open_eyed = scopes.fields(principal_of(person(("crm.company", "view", "all"))), Company)
    assert [open_eyed.readable(name) for name in ("x_mail", "x_closed", "email")] == [True, False, True]
