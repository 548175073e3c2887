"""Filters that mean the same for every type."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import clock
from common.policy import scopes
from common.records.declaring import NamedFilter, Viewer


def _mine(values: Sequence[str], viewer: Viewer) -> Q:
    """Own and co-owned records of one of the named people (or me)."""
    people = [viewer.user.pk if value == "me" else int(value) for value in values]
    owned, shared = scopes.owned_parts(people)
    return owned | shared


def mine_filter() -> NamedFilter:
    """Owner or co-owner is me."""
    return NamedFilter("mine", _("owner or co-owner"), _mine, lambda viewer: [("me", pgettext_lazy("person", "Me"))])


def _quiet(values: Sequence[str], viewer: Viewer) -> Q:
    return Q(record__touched_at__lt=clock.now() - timedelta(days=int(values[0])))


def quiet_filter() -> NamedFilter:
    """Nothing happened to the record for more than so many days."""
    return NamedFilter("quiet", _("days without activity"), _quiet, op_label=_("more than"), unit=_("days"))
