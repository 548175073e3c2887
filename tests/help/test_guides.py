"""The guides in both languages have the same chapters, lists and pictures; every link into them leads somewhere."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils.translation import override
from markdown_it.token import Token

from common.help import chapters, guides
from common.policy.principal import principal_of
from common.records.declaring import Viewer
from common.search import commands
from common.setup import dictionaries
from tests.access.http import table
from tests.access.http.scene import build
from tests.factories import common
from tests.records.driving import signed_in

TRANSLATED = ("user-guide", "administration")
COUNTED = {
    "h3": "smaller headings", "li": "list items", "tr": "table rows", "p": "paragraphs", "strong": "bold words",
    "image": "pictures",
}  # fmt: skip
Part = tuple[str, Counter[str], list[str]]


def parts(key: str, language: str) -> list[Part]:
    """The chapters of a guide: title, how much of everything stands in it, and its pictures."""
    tokens = guides.tokens_of(key, language)
    found: list[Part] = [("the beginning", Counter(), [])]
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            found.append((tokens[at + 1].content, Counter(), []))
        _count(found[-1], token)
        for child in token.children or ():
            _count(found[-1], child)
    return found


def _count(part: Part, token: Token) -> None:
    name = "image" if token.type == "image" else token.tag
    if name in COUNTED and token.nesting >= 0:
        part[1][name] += 1
    if token.type == "image":
        part[2].append(str(token.attrs["src"]).rpartition("/")[2])


@pytest.mark.parametrize("key", TRANSLATED)
@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != guides.ORIGINAL])
def test_every_language_has_the_same_chapters_lists_and_pictures(key: str, language: str) -> None:
    name, ours, theirs = f"docs/{language}/{key}.md", parts(key, guides.ORIGINAL), parts(key, language)
    wrong = []
    if len(ours) != len(theirs):
        names = ", ".join(part[0] for part in ours[1:])
        wrong.append(f"{len(theirs) - 1} chapters instead of {len(ours) - 1}: {names}")
    for (title, counted, pictures), (own, counts, shown) in zip(ours, theirs, strict=False):
        where = f"“{title}” (there: “{own}”)"
        wrong += [
            f"{where}: {counts[tag]} {words} instead of {counted[tag]}"
            for tag, words in COUNTED.items()
            if counts[tag] != counted[tag]
        ]
        if shown != pictures:
            wrong.append(f"{where}: the pictures {shown} instead of {pictures}")
    assert not wrong, "\n".join([f"{name} has:", *wrong])


@pytest.mark.parametrize("key", [guide.key for guide in guides.GUIDES])
def test_every_picture_of_a_guide_is_there(key: str) -> None:
    used = {picture for _title, _counts, shown in parts(key, guides.ORIGINAL) for picture in shown}
    assert used <= {path.name for path in (guides.FOLDER / "pictures").iterdir()}


def leads(chapter: str) -> list[str]:
    """Where a chapter is missing, in words."""
    key, _mark, anchor = chapter.partition("#")
    languages = [code for code, _name in settings.LANGUAGES if guides.path_of(key, code).exists()]
    assert guides.ORIGINAL in languages, f"There is no guide {key}"
    return [
        f"docs/{'' if code == 'en' else code + '/'}{key}.md has no “{anchor}”"
        for code in languages
        if anchor and anchor not in guides.text_of(key, code).anchors
    ]


@pytest.mark.django_db
def test_the_chapter_of_every_page_is_in_every_language() -> None:
    """Of every route of the product, and of every page of the settings."""
    paths = {call.path.partition("?")[0] for call in table.calls(build())}
    paths |= {f"/settings/{page.key}/" for _label, pages in dictionaries.by_group() for page in pages}
    found = {chapters.of(resolve(path)) for path in paths}
    assert {"user-guide#importing", "administration#roles", "user-guide#lists-filters-and-views"} <= found
    assert [problem for chapter in sorted(found) for problem in leads(chapter)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "chapter"),
    [
        ("/", "user-guide/#today"), ("/deals/", "user-guide/#lists-filters-and-views"),
        ("/deals/board/", "user-guide/#sales-managers"), ("/leads/new/", "user-guide/#forms"),
        ("/imports/", "user-guide/#importing"), ("/settings/", "administration/#settings"),
        ("/settings/rates/", "administration/#exchange-rates"), ("/settings/people/new/", "administration/#people"),
        ("/settings/roles/new/", "administration/#roles"), ("/jobs/", "user-guide/#background-work"),
    ],
)  # fmt: skip
def test_a_page_leads_to_its_chapter(path: str, chapter: str) -> None:
    call_command("setup_presets", verbosity=0)
    page = signed_in(common.user("administrator")).get(path).content.decode()
    links = page.count(f'href="/help/{chapter}"')
    assert links == 3 + path.startswith("/settings/")  # the bar, twice the person's menu; settings: their side too


@pytest.mark.django_db
def test_a_guide_is_read_in_ones_language_with_its_pictures() -> None:
    client = signed_in(common.user("manager", language="ru"))
    page = client.get("/help/user-guide/").content.decode()
    assert '<h2 id="importing">Импорт</h2>' in page and 'href="#importing"' in page
    shown = re.findall(r'<img src="/static/([^"]+)"', page)
    assert len(shown) > 5 and all(finders.find(name) for name in shown)
    assert "Импорт" in client.get("/help/").content.decode()


@pytest.mark.django_db
def test_only_administrators_read_how_the_product_is_run() -> None:
    manager, administrator = (signed_in(common.user(role, language="ru")) for role in ("manager", "administrator"))
    assert manager.get("/help/operations/").status_code == 404
    assert "/help/operations/" not in manager.get("/help/").content.decode()
    assert '<article class="k-prose" lang="en">' in administrator.get("/help/operations/").content.decode()
    assert manager.get("/help/no-such-guide/").status_code == 404


def test_html_in_a_guide_is_text() -> None:
    assert guides.READER.render("<b onclick=x>a</b> [x](javascript:alert(1))") == (
        "<p>&lt;b onclick=x&gt;a&lt;/b&gt; [x](javascript:alert(1))</p>\n"
    )


@pytest.mark.django_db
def test_chapters_are_found_by_their_words() -> None:
    person = common.user("manager")
    with override("ru"):
        found = commands.matching("импорт справка", commands.every(Viewer(person, principal_of(person))))
        assert [command.url for command in found] == ["/help/user-guide/#importing"]


@pytest.mark.django_db
def test_reading_needs_no_more_queries_than_any_page() -> None:
    client = signed_in(common.user("administrator"))
    needed = []
    for path in ("/help/", "/help/user-guide/", "/help/operations/"):
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        needed.append(len(queries))
    assert needed[0] == needed[1] == needed[2]
