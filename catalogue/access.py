"""Who may do what to products, in the preset roles."""

from common.policy import presets

PRODUCT = "catalogue.product"

for slug in ("manager", "operator", "executive", "accountant"):
    presets.grant(slug, PRODUCT, view="all")
presets.grant("executive", PRODUCT, export="all")
presets.grant("head", PRODUCT, view="all", create="all", change="all", delete="all", export="all", bulk="all")
presets.grant("head", PRODUCT, **{"import": "all"})
