"""Who may do what to requests, in the preset roles; the named actions of requests."""

from django.utils.translation import gettext_lazy as _

from common.policy import modules, presets

REQUEST = "requests_app.request"

modules.declare("requests", _("Requests"), _("What comes in by forms on your site, by mail and telephone."), REQUEST)
presets.actions(
    REQUEST,
    take=_("Take"),
    match=_("Confirm company and contact"),
    create_deal=_("Create a deal"),
    set_aside=_("Set aside and reopen"),
)

presets.grant(
    "manager", REQUEST,
    view="team", create="own", change="assigned", take="team", match="team", create_deal="team", set_aside="team",
    transfer="own", export="team", bulk="assigned",
)  # fmt: skip
presets.grant(
    "head", REQUEST,
    view="subtree", create="subtree", change="subtree", take="subtree", match="subtree", create_deal="subtree",
    set_aside="subtree", transfer="subtree", delete="subtree", export="subtree", bulk="subtree",
)  # fmt: skip
presets.grant(
    "operator", REQUEST,
    view="department", create="department", change="department", match="department", create_deal="department",
    set_aside="department", transfer="department", delete="department", bulk="department",
)  # fmt: skip
for slug, reach in (("manager", "own"), ("head", "subtree"), ("operator", "department")):
    presets.grant(slug, REQUEST, **{"import": reach})
presets.grant("executive", REQUEST, view="all", export="all")
