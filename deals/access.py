"""Who may do what to deals, their lines and payments, in the preset roles; the named actions of deals."""

from django.utils.translation import gettext_lazy as _

from common.policy import modules, presets

DEAL, LINE, PAYMENT = "deals.deal", "deals.dealline", "deals.payment"
EXECUTIVE_FIELDS = ("is_important", "next_step", "next_step_on", "coowners")
HEADER_FIELDS = (
    "number", "name", "company", "contact", "pipeline", "stage", "amount", "currency", "amount_base", "owner",
    "department", "expected_close", "closed_on", "closing_reason", "created_at",
)  # fmt: skip

modules.declare("payments", _("Payments"), _("What customers have paid, will pay or may pay."), PAYMENT)
presets.actions(DEAL, move=_("Move between stages"), close=_("Close and reopen"))

presets.grant(
    "manager", DEAL,
    view="team", create="own", change="assigned", move="assigned", close="assigned", transfer="own", delete="own",
    export="team", bulk="assigned",
)  # fmt: skip
presets.grant(
    "head", DEAL,
    view="subtree", create="subtree", change="subtree", move="subtree", close="subtree", transfer="subtree",
    delete="subtree", export="subtree", bulk="subtree",
)  # fmt: skip
presets.grant("operator", DEAL, view="department")
presets.grant("executive", DEAL, view="all", export="all")
presets.grant("executive", DEAL, change="all", only=EXECUTIVE_FIELDS)
presets.grant("accountant", DEAL, view="all", only=HEADER_FIELDS)

for part in (LINE, PAYMENT):
    for slug in ("manager", "head"):
        presets.grant(slug, part, view="parent", create="parent", change="parent", delete="parent")
    presets.grant("operator", part, view="parent")
    presets.grant("executive", part, view="parent")
presets.grant("manager", PAYMENT, export="team")
presets.grant("head", PAYMENT, export="subtree")
presets.grant("executive", PAYMENT, export="all")
presets.grant("accountant", PAYMENT, view="all", create="all", change="all", export="all")

presets.grant("manager", DEAL, **{"import": "own"})
for part in (DEAL, LINE, PAYMENT):
    presets.grant("head", part, **{"import": "subtree"})
presets.grant("accountant", PAYMENT, **{"import": "all"})
