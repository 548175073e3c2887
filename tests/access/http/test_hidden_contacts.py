"""A person from whom contact details are hidden finds no telephone number and no e-mail anywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from common.changes import binning
from common.changes import services as changes
from common.delivery.models import Delivery
from common.jobs import services as jobs
from common.kinds.guard import OutsideChanges
from common.kinds.models import RecordModel
from common.people.models import User, Withheld
from common.policy.principal import principal_of
from common.records import registry
from common.records.declaring import Viewer
from common.spine.models import SearchText
from crm import matching
from crm.models import Company, Contact
from tests.access.http import table
from tests.access.http.scene import Scene, ask, build, client_of, text_of
from tests.factories import common, crm, deals, requests_app

pytestmark = pytest.mark.django_db

MAIL, NUMBER = "zwetschgenmail", "0301 555 0199 42"
TOLD = re.compile(rf"{MAIL}|0301\s*555\s*0199|03015550199|555\s*0199", re.IGNORECASE)
KINDS = ("crm.company", "crm.contact", "crm.lead", "requests_app.request")


def address(name: str) -> str:
    return f"{MAIL}.{name}@zwetschgenmail.example"


@pytest.fixture
def scene() -> Scene:
    """The usual rows, each reached by the canaries; besides, people without a name, known by them alone."""
    made = build()
    for key in KINDS:
        row: Any = made.rows[key]
        changes.edit(row, {"email": address(key), "phone": NUMBER}, by=common.SETUP)
        binned: Any = made.binned[key]
        binning.restore(binned, by=common.SETUP)
        changes.edit(binned, {"email": address(f"b{key}"), "phone": NUMBER}, by=common.SETUP)
        binning.remove(binned, by=common.SETUP)
        made.rows[key].refresh_from_db()
    return made


@pytest.fixture
def nameless(scene: Scene) -> dict[str, RecordModel]:
    """A contact and a lead whose names are their addresses, and what refers to them."""
    owner = scene.stranger
    contact = crm.contact(owner=owner, first_name="", last_name="", email=address("n"), phone=NUMBER)
    lead = crm.lead(owner=owner, first_name="", last_name="", company_name="", email=address("l"), phone=NUMBER)
    deal = deals.deal(owner, company=None, contact=contact, name="Of nobody")
    request = requests_app.request(
        owner=owner, first_name="", last_name="", email=address("n"), phone=NUMBER, contact=contact, lead=None
    )
    deal = changes.edit(deal, {"contact": scene.rows["crm.contact"]}, by=common.SETUP)
    deal = changes.edit(deal, {"contact": contact}, by=common.SETUP)
    return {"crm.contact": contact, "crm.lead": lead, "deals.deal": deal, "requests_app.request": request}


def person(scene: Scene, *, withheld: list[str] = [Withheld.CONTACTS], like: str = "allowed") -> User:  # noqa: B006
    """Somebody who may do everything to every record, but for what is taken away."""
    user = scene.people[like]
    assert user is not None
    user.withheld = list(withheld)
    user.save()
    return user


def paths(scene: Scene, nameless: dict[str, RecordModel]) -> list[str]:
    """Every page a person can ask for, and those of the nameless."""
    found = [call.path for call in table.calls(scene) if call.method == "get" and call.rule != "public"]
    for key, row in nameless.items():
        kind = registry.get(key)
        found += [kind.url(verb, row.pk) for verb in ("page", "timeline", "history", "edit", "transfer", "bin")]
    for key in {*nameless, *KINDS}:
        kind = registry.get(key)
        for verb in ("list", "print", "choose", "totals", "bin-list"):
            found += [f"{kind.url(verb)}?all=1", f"{kind.url(verb)}?all=1&sort=title" if verb == "list" else ""]
    return [path for path in found if path]


def test_details_that_were_not_read_with_a_masked_row_stay_unread(scene: Scene) -> None:
    rows = Contact.objects.get_queryset().masked().defer("email", "phone")
    contact = rows.get(pk=scene.rows["crm.contact"].pk)
    assert (contact.email, contact.phone) == ("", "")


@pytest.mark.parametrize("who", ["allowed", "administrator"])
def test_no_page_shows_hidden_contact_details(scene: Scene, nameless: dict[str, RecordModel], who: str) -> None:
    client = client_of(person(scene, like=who))
    wrong, seen = [], 0
    for path in paths(scene, nameless):
        for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
            response: Any = ask(client, "get", path, **headers)
            seen += response.status_code == 200
            if found := TOLD.search(text_of(response)):
                wrong.append(f"{path}: {text_of(response)[max(0, found.start() - 80) : found.end() + 20]!r}")
    assert not wrong, "\n".join(wrong)
    assert seen > 100


def test_others_see_them_on_the_same_pages(scene: Scene, nameless: dict[str, RecordModel]) -> None:
    """Without this the test before would pass on empty pages."""
    client = client_of(person(scene, withheld=[]))
    told = {path for path in paths(scene, nameless) if TOLD.search(text_of(ask(client, "get", path)))}
    for key in KINDS:
        kind = registry.get(key)
        row = scene.rows[key]
        assert {kind.url("page", row.pk), kind.url("edit", row.pk), kind.url("history", row.pk)} <= told
        assert {kind.url("list") + "?all=1", kind.url("bin-list")} & told, key
    assert registry.get("deals.deal").url("page", nameless["deals.deal"].pk) in told


def test_masked_values_keep_the_last_two_digits(scene: Scene) -> None:
    client = client_of(person(scene))
    row = scene.rows["crm.contact"]
    for path in (f"/contacts/{row.pk}/", "/contacts/?all=1", "/contacts/print/?all=1"):
        assert "•••42" in text_of(ask(client, "get", path)), path
    assert "•••42" in text_of(ask(client, "post", "/contacts/export/?all=1"))
    form = text_of(ask(client, "get", f"/contacts/{row.pk}/edit/"))
    assert 'name="job_title"' in form and 'name="phone"' not in form and 'name="email"' not in form


@pytest.mark.parametrize("words", [MAIL, "0301 555", "03015550199", "5550199", MAIL[:2], "zwetschgenmail.example"])
def test_nothing_is_found_by_what_is_hidden(scene: Scene, nameless: dict[str, RecordModel], words: str) -> None:
    for withheld, expected in (([], True), ([Withheld.CONTACTS], False)):
        client = client_of(person(scene, withheld=withheld))
        for key in ("crm.contact", "crm.lead"):
            kind = registry.get(key)
            hit = f"/{kind.namespace}/{nameless[key].pk}/" in text_of(
                ask(client, "get", kind.url("list"), {"all": "1", "q": words})
            )
            assert hit is expected, (key, words)
            text = text_of(ask(client, "get", kind.url("choose"), {"q": words}))
            assert (f'"{nameless[key].pk}"' in text) is expected, (key, words)


def test_a_typed_address_does_not_name_a_hidden_one(scene: Scene, nameless: dict[str, RecordModel]) -> None:
    for withheld, expected in (([], 303), ([Withheld.CONTACTS], 422)):
        client = client_of(person(scene, withheld=withheld))
        data = {
            "name": "Pump",
            "contact__text": address("n"),
            "nonce": f"n{expected}",
            "currency": common.currency().pk,
        }
        data |= {"pipeline": scene.rows["deals.deal"].pipeline_id}  # type: ignore[attr-defined]
        assert ask(client, "post", "/deals/new/", data).status_code == expected


@pytest.mark.parametrize("query", ["f=email.set", f"f=email.is:{MAIL}", "sort=email", "f=phone.set"])
def test_lists_are_neither_filtered_nor_sorted_by_what_is_hidden(scene: Scene, query: str) -> None:
    client = client_of(person(scene))
    assert ask(client, "get", f"/contacts/?{query}").status_code == 400


def test_the_page_of_a_list_is_not_named_by_a_hidden_address(scene: Scene, monkeypatch: Any) -> None:
    for number in range(4):
        crm.contact(owner=scene.stranger, first_name="", last_name="", email=address(f"p{number}"))
    monkeypatch.setattr("common.records.paging.read.__defaults__", ("", 2))
    client = client_of(person(scene))
    seen: set[str] = set()
    url = "/contacts/?all=1&sort=title"
    for _page in range(10):
        text = text_of(ask(client, "get", url))
        seen |= set(re.findall(r'href="(/contacts/\d+/)"', text))
        following = re.search(r'href="([^"]*after=[^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"', text)
        if following is None:
            break
        url = (following[1] or following[2]).replace("&amp;", "&")
    assert len(seen) == Contact.objects.count()


def test_what_is_typed_and_hidden_cannot_be_written(scene: Scene) -> None:
    user, row = person(scene), scene.rows["crm.contact"]
    client = client_of(user)
    data = {"first_name": "A", "last_name": "B", "phone": "1", "email": "a@b.example", "nonce": "n"}
    client.post(f"/contacts/{row.pk}/edit/", data)
    stored = Contact.objects.get(pk=row.pk)
    assert (stored.last_name, stored.phone, stored.email) == ("B", NUMBER, address("crm.contact"))
    assert MAIL in SearchText.objects.get(pk=row.pk).text and MAIL not in SearchText.objects.get(pk=row.pk).open_text


def test_notes_of_such_a_person_leave_title_and_search_text_whole(
    scene: Scene, nameless: dict[str, RecordModel]
) -> None:
    client, row = client_of(person(scene)), nameless["crm.contact"]
    assert client.post(f"/contacts/{row.pk}/note/", {"text": "Called."}).status_code == 303
    row.record.refresh_from_db()
    assert row.record.title == address("n") and MAIL in SearchText.objects.get(pk=row.pk).text


def test_a_conflict_and_a_toast_tell_nothing(scene: Scene, nameless: dict[str, RecordModel]) -> None:
    client, deal = client_of(person(scene)), nameless["deals.deal"]
    changes.edit(deal, {"contact": scene.rows["crm.contact"]}, by=common.SETUP)
    data = {"name": "Mine", "contact": "", "company": scene.rows["crm.company"].pk, "base_version": deal.version}
    data |= {"nonce": "c", "currency": common.currency().pk}
    stale = client.post(f"/deals/{deal.pk}/edit/", data)
    assert stale.status_code == 409 and not TOLD.search(text_of(stale))
    contact = nameless["crm.contact"]
    saved = client.post(f"/contacts/{contact.pk}/edit/", {"job_title": "Buyer", "nonce": "t"}, follow=True)
    assert saved.status_code == 200 and "Saved" in text_of(saved) and not TOLD.search(text_of(saved))
    seeing = client_of(person(scene, withheld=[]))
    saved = seeing.post(f"/contacts/{contact.pk}/edit/", {"email": address("new"), "nonce": "s"}, follow=True)
    assert f"Saved: {address('new')}" in text_of(saved)


def test_what_is_still_used_is_named_without_addresses(scene: Scene) -> None:
    company = crm.company(owner=scene.stranger)
    crm.contact(owner=scene.stranger, first_name="", last_name="", email=address("u"), company=company)
    response = ask(client_of(person(scene)), "post", f"/companies/{company.pk}/bin/", {"nonce": "b"})
    assert response.status_code == 422 and "•••" in text_of(response) and not TOLD.search(text_of(response))


def test_proposals_go_by_names_alone(scene: Scene) -> None:
    found = crm.contact(owner=scene.stranger, first_name="Zoe", last_name="Zett", email=address("z"), phone=NUMBER)
    by_mail = matching.Asked(email=address("z"), phone=NUMBER, website="https://zwetschgenmail.example")
    by_name = matching.Asked(first_name="Zoe", last_name="Zett")
    for withheld, hits in (([], 1), ([Withheld.CONTACTS], 0)):
        user = person(scene, withheld=withheld)
        assert [m.record.pk for m in matching.find(user, by_mail).contacts].count(found.pk) == hits
        assert [m.record.pk for m in matching.find(user, by_name).contacts] == [found.pk]


def test_a_deal_made_by_such_a_person_carries_the_whole_address_of_the_request(scene: Scene) -> None:
    user = person(scene)
    request = requests_app.request(
        owner=user, first_name="", last_name="Neu", email=address("r"), phone=NUMBER, company_name="", company=None
    )
    data = {"company": "", "person": "new", "name": "Deal", "next_step": "Call", "next_step_on": "+3", "nonce": "d"}
    response = client_of(user).post(reverse("requests:create-deal", args=[request.pk]), data)
    assert response.status_code == 303
    assert Contact.objects.get(last_name="Neu").email == address("r")


def test_the_mail_about_a_request_names_no_hidden_address(scene: Scene) -> None:
    user = person(scene)
    user.department = common.department("Inbox")
    user.save()
    requests_app.request(owner=user, first_name="", last_name="", email=address("m"), phone=NUMBER)
    jobs.run_due()
    mails = Delivery.objects.filter(purpose="request.created", recipient=user.email)
    assert mails.exists() and not any(TOLD.search(mail.subject + mail.body) for mail in mails)


def test_a_masked_row_cannot_be_stored(scene: Scene) -> None:
    viewer = Viewer(person(scene), principal_of(person(scene)))
    row = Company.objects.for_user(viewer.principal).get(pk=scene.rows["crm.company"].pk)
    assert row.is_masked and row.phone == "•••42"
    with pytest.raises(OutsideChanges):
        row.save()


def test_what_a_masked_row_leads_to_is_masked(scene: Scene, nameless: dict[str, RecordModel]) -> None:
    principal = principal_of(person(scene))
    model: Any = type(nameless["deals.deal"])
    deal = model.objects.for_user(principal).get(pk=nameless["deals.deal"].pk)
    assert deal.contact.is_masked and deal.contact.title == "•••"
    joined = model.objects.for_user(principal).select_related("contact").get(pk=deal.pk)
    assert joined.contact.title == "•••"
    company = Company.objects.for_user(principal).get(pk=scene.rows["crm.company"].pk)
    crm.contact(owner=scene.stranger, first_name="", last_name="", email=address("c"), company=company)
    assert [contact.title for contact in company.contacts.all()] == ["•••"]
    assert all(row.is_masked for row in Contact.objects.for_user(principal).iterator(chunk_size=2))


def test_hidden_margins_are_neither_shown_nor_known(scene: Scene, monkeypatch: Any) -> None:
    monkeypatch.setattr(Company, "margin_fields", ("address",))
    changes.edit(scene.rows["crm.company"], {"address": "Quince Lane 7"}, by=common.SETUP)
    page = f"/companies/{scene.rows['crm.company'].pk}/"
    for withheld, shown in (([], True), ([Withheld.MARGIN], False)):
        client = client_of(person(scene, withheld=withheld))
        for method, path in (
            ("get", page), ("get", f"{page}history/"), ("get", f"{page}edit/"), ("post", "/companies/export/?all=1")
        ):  # fmt: skip
            assert ("Quince Lane" in text_of(ask(client, method, path))) is shown, path


@pytest.mark.parametrize(
    ("flag", "method", "path"),
    [
        (Withheld.EXPORT, "post", "/companies/export/"), (Withheld.BULK, "post", "/companies/bulk/bin/"),
        (Withheld.DELETE, "post", "/companies/{pk}/bin/"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["allowed", "administrator"])
def test_what_is_taken_away_is_refused_whatever_the_roles_say(
    scene: Scene, flag: str, method: str, path: str, who: str
) -> None:
    company = crm.company(owner=scene.stranger)
    path, data = path.format(pk=company.pk), {"pk": [company.pk], "confirmed": "1", "nonce": "n"}
    for withheld, allowed in (([], True), ([flag], False)):
        status = ask(client_of(person(scene, withheld=withheld, like=who)), method, path, data).status_code
        assert (status in (200, 303)) is allowed, (withheld, status)


def test_an_import_is_taken_away_like_any_action(scene: Scene) -> None:
    assert principal_of(person(scene, withheld=[], like="administrator")).may("crm.company", "import")
    user = person(scene, withheld=[Withheld.IMPORT], like="administrator")
    assert not principal_of(User.objects.get(pk=user.pk)).may("crm.company", "import")
