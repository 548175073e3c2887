from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from common.changes import services as changes
from common.people.models import User
from common.policy.models import ModuleState
from common.setup import selectors


def switch(wanted: Mapping[str, bool], *, by: User) -> None:
    """Use parts of the product, or do without them, from now on. Nothing of what they hold is touched."""
    known = selectors.module_rows()
    with changes.change_set(_("Modules"), by=by):
        for key, is_on in wanted.items():
            row = known.get(key) or ModuleState(key=key)
            if row.is_on != is_on:
                row.is_on = is_on
                changes.save_dictionary(row, by=by)
