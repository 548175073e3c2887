from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalogue.models import Product
from common.importing.declaring import BY_TITLE, MatchKey, declare
from common.records.declaring import Column, PresetView, RecordType, Section, Sort
from common.records.registry import register


@register
class ProductType(RecordType):
    """Goods and services."""

    model = Product
    namespace = "products"
    icon = "box"
    prefix = "P"
    label, label_plural, new_label = _("Product"), _("Products"), _("New product")
    nav_block, nav_order = "fulfilment", 70
    empty_text = _("What you sell, with code and price; deal lines are filled from here.")

    columns = (
        Column("name", _("Name"), kind="name", slot="title"),
        Column("code", slot="sub"),
        Column("kind", slot="state"),
        Column("unit", priority=3),
        Column("price", slot="amount"),
        Column("on_sale", priority=2),
    )  # fmt: skip
    filters = ("kind", "on_sale", "price", "tags", "created_at")
    sorts = (
        Sort("title", "title_sort", _("by name")),
        Sort("newest", "created_at", _("newest first"), descending=True),
    )
    views = (PresetView("on-sale", _("On sale"), "f=on_sale.is:1"),)
    sections = (
        Section("main", _("Main"), ("name", ("code", "kind"), ("price", "currency", "unit"), "on_sale")),
        Section("more", _("More"), ("description", "tags")),
    )
    inline_field = None
    unsummed = ("price",)

    def option_note(self, obj: Any) -> str:
        return str(obj.code)


declare("catalogue.product", keys=(
    MatchKey("code", pgettext_lazy("product", "code"), ("code",), needs=("code",)), BY_TITLE,
))  # fmt: skip
