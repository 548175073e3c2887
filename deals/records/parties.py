"""What deals add to the pages of companies, contacts and leads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.records.declaring import NamedFilter, Panel, PresetView, Viewer
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


def _deals_filter(column: str) -> NamedFilter:
    """What deals a company, contact or lead has, as far as the viewer sees them."""
    return NamedFilter(
        "deals", _("deals"), lambda values, viewer: selectors.parties_with(viewer.principal, column, values),
        lambda viewer: [("open", _("open")), ("won", _("won")), ("lost", _("lost")), ("none", _("no deals"))],
    )  # fmt: skip


def _unsold_filter(column: str) -> NamedFilter:
    """No deal was won for more than so many days."""
    return NamedFilter(
        "unsold", _("days without a won deal"),
        lambda values, viewer: selectors.parties_without_won(viewer.principal, column, int(values[0])),
        op_label=_("more than"), unit=_("days"),
    )  # fmt: skip


for party, column in (("crm.company", "company"), ("crm.contact", "contact"), ("crm.lead", "lead")):
    extend(
        party,
        panels=[Panel("deals", _("Deals"), "records/panels/table.html", deals_panel, order=10)],
        filters=[_deals_filter(column), _unsold_filter(column)],
    )
for party in ("crm.company", "crm.contact"):
    extend(party, views=[
        PresetView("active", _("With open deals"), "f=deals.is:open"),
        PresetView("no-deals", _("Without deals"), "f=deals.is:none"),
        PresetView("quiet", _("Quiet for 30 days"), "f=quiet.is:30"),
    ])  # fmt: skip
