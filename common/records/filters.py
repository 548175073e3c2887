"""Filters that mean the same for every type."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.records.declaring import NamedFilter, Viewer
from common.spine.models import RecordMember


def _mine(values: Sequence[str], viewer: Viewer) -> Q:
    """Own and co-owned records of one of the named people (or me)."""
    people = [viewer.user.pk if value == "me" else int(value) for value in values]
    shared = RecordMember.objects.filter(user__in=people, role=RecordMember.Role.COOWNER).values("record_id")
    return Q(owner__in=people) | Q(pk__in=shared)


def mine_filter() -> NamedFilter:
    """Owner or co-owner is me."""
    return NamedFilter("mine", _("owner or co-owner"), _mine, lambda viewer: [("me", pgettext_lazy("person", "Me"))])
