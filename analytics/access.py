"""Who may open reports. Every figure counts only what the person may see."""

from django.utils.translation import gettext_lazy as _

from common.policy import modules, presets

REPORT = "analytics.report"

modules.declare("reports", _("Reports"), _("The funnel of deals and the income by month."), REPORT)
presets.area(REPORT, _("Reports"), view=_("Open reports"))

for slug in ("manager", "head", "executive", "accountant"):
    presets.grant(slug, REPORT, view="all")
