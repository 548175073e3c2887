"""The platform's steps of going live and its commands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from common.home import badges, commands, going_live, selectors
from common.kinds import formats
from common.money.formats import base_code
from common.notifications.selectors import unread
from common.organisation.selectors import own_company
from common.policy.principal import Principal
from common.search.commands import source


def _company() -> dict[str, Any]:
    company = own_company()
    language = {"en": _("English"), "ru": _("Russian")}[formats.language()]
    return {
        "title": _("Company, currency and language"), "text": f"{company or ''}, {base_code()}, {language}",
        "done": company is not None and company.name != "Our company",
        "action": {"label": _("Change"), "url": reverse("setup:list", args=["company"])},
    }  # fmt: skip


def _team() -> dict[str, Any]:
    count = selectors.people_count()
    return {
        "title": _("Your team"),
        "text": _("Nobody else can sign in yet") if count < 2 else _("People: %(count)s") % {"count": count},
        "done": count > 1, "action": {"label": _("Add people"), "url": reverse("setup:new", args=["people"])},
    }  # fmt: skip


def _unread(principal: Principal) -> tuple[QuerySet[Any, Any], QuerySet[Any, Any]]:
    rows = unread(principal)
    return rows, rows.none()


going_live.step(10, _company)
going_live.step(30, _team)
badges.source("bell", _unread)
source(10, commands.new_things)
source(20, commands.places)
source(30, commands.settings_pages)
source(40, commands.help_chapters)
