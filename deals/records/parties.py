"""What deals add to the pages of companies, contacts and leads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.records.declaring import Panel, Viewer
from common.records.registry import extend
from deals import drawing, selectors


def deals_panel(obj: Any, viewer: Viewer) -> dict[str, Any]:
    """The deals of a company, contact or lead."""
    rows = selectors.deals_of(viewer.principal, obj).select_related("currency")[:50]
    column = obj._meta.model_name
    may = viewer.principal.may("deals.deal", "create")
    table = drawing.deals_table(rows)
    return {
        **table, "count": len(table["rows"]), "empty": gettext("No deals yet."),
        "actions": [{"label": gettext("New deal"), "url": f"/deals/new/?{column}={obj.pk}"}] if may else [],
    }  # fmt: skip


for party in ("crm.company", "crm.contact", "crm.lead"):
    extend(party, panels=[Panel("deals", _("Deals"), "records/panels/table.html", deals_panel, order=10)])
