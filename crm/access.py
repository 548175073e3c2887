"""Who may do what to companies, contacts and leads, in the preset roles.

Companies and contacts are seen by the whole department even where its deals are not: a manager works
with a colleague's company on deals of his own.
"""

from django.utils.translation import gettext_lazy as _

from common.policy import modules, presets

COMPANY, CONTACT, LEAD = "crm.company", "crm.contact", "crm.lead"

modules.declare("leads", _("Leads"), _("People and companies that may become customers."), LEAD)

for key in (COMPANY, CONTACT, LEAD):
    presets.actions(key, take=_("Take"))

for key, view in ((COMPANY, "department"), (CONTACT, "department"), (LEAD, "team")):
    presets.grant(
        "manager", key,
        view=view, create="own", change="assigned", delete="own", transfer="own", export="team", bulk="assigned",
        take=view,
    )  # fmt: skip
    presets.grant(
        "head", key,
        view="subtree", create="subtree", change="subtree", delete="subtree", transfer="subtree", export="subtree",
        bulk="subtree", take="subtree",
    )  # fmt: skip
    presets.grant("operator", key, view="department", create="department", change="department", bulk="department")
    for slug, reach in (("manager", "own"), ("head", "subtree"), ("operator", "department")):
        presets.grant(slug, key, **{"import": reach})
    presets.grant("executive", key, view="all", export="all")

presets.grant("accountant", COMPANY, view="all")
