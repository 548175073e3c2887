"""Who may open reports. Every figure counts only what the person may see."""

from common.policy import presets

REPORT = "analytics.report"

for slug in ("manager", "head", "executive", "accountant"):
    presets.grant(slug, REPORT, view="all")
