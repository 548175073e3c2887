"""Who may do what to products, in the preset roles."""

from django.utils.translation import gettext_lazy as _

from common.policy import modules, presets

PRODUCT = "catalogue.product"

modules.declare(
    "products", _("Products"), _("What you sell, and the lines of deals that say how much of it."),
    PRODUCT, "deals.dealline",
)  # fmt: skip

for slug in ("manager", "operator", "executive", "accountant"):
    presets.grant(slug, PRODUCT, view="all")
presets.grant("executive", PRODUCT, export="all")
presets.grant("head", PRODUCT, view="all", create="all", change="all", delete="all", export="all", bulk="all")
presets.grant("head", PRODUCT, **{"import": "all"})
