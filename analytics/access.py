"""Who may open reports. Every figure counts only what the person may see."""

from django.utils.translation import gettext_lazy as _

from common.policy import presets

REPORT = "analytics.report"

presets.area(REPORT, _("Reports"), view=_("Open reports"))

for slug in ("manager", "head", "executive", "accountant"):
    presets.grant(slug, REPORT, view="all")
