"""One record is shared with people whose roles do not show it: they see it, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from common.events.models import Event
from common.people.models import User
from common.records import registry
from common.spine.models import RecordMember
from tests.factories import catalogue, common, crm, deals, requests_app
from tests.records.driving import signed_in

pytestmark = pytest.mark.django_db
KEYS = ("crm.company", "crm.contact", "crm.lead", "deals.deal", "requests_app.request", "catalogue.product")


def record(key: str, owner: User) -> Any:
    deals.pipeline()
    made: dict[str, Any] = {
        "crm.company": crm.company, "crm.contact": crm.contact, "crm.lead": crm.lead,
        "requests_app.request": requests_app.request, "catalogue.product": catalogue.product,
    }  # fmt: skip
    return deals.deal(owner) if key == "deals.deal" else made[key](owner=owner, department=owner.department)


def share(client: Any, url: str, *people: User) -> Any:
    return client.post(f"{url}share/", {"people": [user.pk for user in people], "nonce": f"n{len(people)}"})


@pytest.mark.parametrize("key", KEYS)
def test_a_shared_record_is_seen_and_not_changed(key: str) -> None:
    owner = common.user("administrator", common.department("Here"))
    other = common.user("manager", common.department("There"))
    if key == "catalogue.product":
        other.roles.get().permissions.filter(type=key).update(scope="own")
    kind, row = registry.get(key), record(key, owner)
    url, theirs = kind.url("page", row.pk), signed_in(other)
    assert theirs.get(url).status_code == 404
    assert share(signed_in(owner), url, other).status_code == 303
    assert theirs.get(url).status_code == 200
    assert row.title in theirs.get(f"{kind.url('list')}?all=1").content.decode()
    for verb in ("edit", "transfer", "bin", "share"):
        assert theirs.get(kind.url(verb, row.pk)).status_code == 403, verb
    assert f'href="{url}share/"' not in theirs.get(url).content.decode()


def test_who_it_is_shared_with_stands_on_the_page_and_is_removed_there() -> None:
    owner = common.user("manager", common.department("Here"))
    one, two = (common.user("manager", common.department(n), first_name=n) for n in ("Una", "Duo"))
    company, client = crm.company(owner=owner), signed_in(owner)
    url = f"/companies/{company.pk}/"
    share(client, url, one, two)
    page = client.get(url).content.decode()
    assert one.full_name in page and two.full_name in page
    nonce = re.search(rf'name="nonce" value="([^"]+)"><button[^>]*value="{one.pk}"', page)
    assert nonce is not None
    assert client.post(f"{url}share/", {"remove": one.pk, "nonce": nonce[1]}).status_code == 303
    shared = RecordMember.objects.filter(record=company.pk, role="shared").values_list("user", flat=True)
    assert list(shared) == [two.pk]
    assert signed_in(one).get(url).status_code == 404 and signed_in(two).get(url).status_code == 200


def test_sharing_is_in_the_history_in_words() -> None:
    owner, other = common.user("manager", common.department("Here")), common.user("manager", last_name="Holm")
    company, client = crm.company(owner=owner), signed_in(owner)
    share(client, f"/companies/{company.pk}/", other)
    event = Event.objects.filter(subject=company.pk).latest("id")
    assert (event.actor, event.data["shared_with"]) == (owner, [[], [other.pk]])
    history = client.get(f"/companies/{company.pk}/history/").content.decode()
    assert "Shared with" in history and "<ins>Holm</ins>" in history


def test_only_who_may_change_a_record_shares_it() -> None:
    department = common.department("Here")
    owner, colleague = common.user("manager", department), common.user("manager", department)
    company = crm.company(owner=owner, department=department)
    url, client = f"/companies/{company.pk}/", signed_in(colleague)
    assert client.get(url).status_code == 200
    assert share(client, url, colleague).status_code == 403
    executive = common.user("executive")
    deal = deals.deal(owner) if deals.pipeline() else None
    assert share(signed_in(executive), f"/deals/{deal.pk}/", executive).status_code == 403  # type: ignore[union-attr]
    assert not RecordMember.objects.filter(role="shared").exists()


def test_it_is_not_shared_with_who_may_not_sign_in() -> None:
    owner, gone = common.user("manager"), common.user("manager", is_active=False)
    company = crm.company(owner=owner)
    assert share(signed_in(owner), f"/companies/{company.pk}/", gone).status_code == 422
