"""What the palette can do from any page: make something new, go somewhere, open a page of the settings."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from common.help import guides
from common.home import context
from common.records import registry
from common.records.declaring import Viewer
from common.search.commands import Command
from common.setup import dictionaries


def new_things(viewer: Viewer) -> Iterator[Command]:
    """Every type a person may make from anywhere, the usual ones first."""
    usual = {key: place for place, key in enumerate(context.NEW_KEYS)}
    for kind in sorted(registry.all_types(), key=lambda kind: usual.get(kind.key, len(usual))):
        if kind.sections and kind.nav_block and viewer.principal.may(kind.key, "create"):
            yield Command(kind.new_label, kind.url("new"), "plus", quick=kind.url("quick") if kind.quick else "")


def places(viewer: Viewer) -> Iterator[Command]:
    """The pages of the side bar and of the person's menu."""
    go = _("Go to")
    for page in context.pages():
        if page.allowed(viewer.principal):
            yield Command(page.label, reverse(page.route), page.icon, go)
    for kind in registry.all_types():
        if kind.nav_block and viewer.principal.may(kind.key, "view"):
            yield Command(kind.label_plural, kind.url("list"), kind.icon, go)
            if kind.board is not None:
                yield Command(_("Board: %(type)s") % {"type": kind.label_plural}, kind.url("board"), kind.icon, go)
            for link in registry.links(kind, "list"):
                if viewer.principal.may(kind.key, link.permission):
                    said = _("%(page)s: %(type)s") % {"page": link.label, "type": kind.label_plural}
                    yield Command(said, link.url(kind, None), link.icon, go)
    yield Command(_("Profile and preferences"), reverse("profile"), "user", go)
    yield Command(_("Notifications"), reverse("notifications:page"), "bell", go)
    yield Command(_("What you are told"), reverse("notifications:settings"), "bell-cog", go)
    yield Command(_("Recent changes"), reverse("recent"), "history", go)
    yield Command(_("Background work"), reverse("jobs:list"), "clock-play", go)
    yield Command(_("What was exported"), reverse("exports"), "download", go)


def settings_pages(viewer: Viewer) -> Iterator[Command]:
    """The pages of the settings this person may open."""
    for _label, pages in dictionaries.by_group():
        for page in dictionaries.offered(viewer.principal, pages):
            yield Command(page.label, reverse("setup:list", args=[page.key]), "settings", _("Settings"))


def help_chapters(viewer: Viewer) -> Iterator[Command]:
    """The chapters of the guides this person reads."""
    yield Command(_("All guides"), reverse("help:home"), "books", _("Help"))
    for guide in guides.readable(viewer.principal):
        url = reverse("help:guide", args=[guide.key])
        for chapter in guides.in_my_language(guide).chapters:
            yield Command(chapter.title, f"{url}#{chapter.anchor}", "book", _("Help"))
