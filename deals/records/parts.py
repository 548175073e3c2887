from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.kinds.models import RecordModel, RecordQuerySet
from common.kinds.words import capital
from common.people.models import User
from common.records.declaring import Column, PresetView, RecordType, Section, Sort, Viewer
from common.records.registry import register
from deals import drawing, selectors, services
from deals.models import DealLine, Payment


class PartType(RecordType):
    """A part of a deal: saving leads back to the deal."""

    nav_block = ""
    part = ""

    def saved_url(self, obj: Any) -> str:
        return f"/deals/{obj.deal_id}/#s-{self.part}"


@register
class DealLineType(PartType):
    """Products in a deal."""

    model = DealLine
    namespace = "lines"
    icon = "list-details"
    prefix = "N"
    part = "lines"
    label, label_plural, new_label = _("Deal line"), _("Deal lines"), _("New line")
    related = ("deal", "product")
    unsummed = ("price", "discount")
    columns = (
        Column("name", _("Product"), kind="name", slot="title"),
        Column("deal", kind="company", slot="sub"),
        Column("quantity"),
        Column("price", priority=2),
        Column("total", slot="amount"),
    )
    filters = ("deal", "product", "created_at")
    sorts = (Sort("newest", "created_at", _("newest first"), descending=True),)
    sections = (Section("main", "", ("deal", ("product", "name"), ("quantity", "price", "discount"))),)

    def save_new(self, values: Mapping[str, Any], by: User) -> RecordModel:
        return services.add_line(values["deal"], values, by=by)

    def save_edit(self, obj: Any, values: Mapping[str, Any], by: User, base_version: int | None) -> RecordModel:
        return services.edit_line(obj, values, by=by, base_version=base_version)

    def remove(self, obj: Any, by: User) -> None:
        services.remove_line(obj, by=by)


@register
class PaymentType(PartType):
    """Money received and expected."""

    model = Payment
    namespace = "payments"
    icon = "cash"
    prefix = "Y"
    part = "payments"
    label, label_plural, new_label = _("Payment"), _("Payments"), _("New payment")
    nav_block, nav_order = "fulfilment", 60
    empty_text = _("Payments are planned on a deal; here they stand together.")
    related = ("deal__company",)
    columns = (
        Column("on", kind="date", slot="state", field="on", cell=lambda obj, extra, viewer: drawing.payment_day(obj)),
        Column("amount", kind="money", slot="amount"),
        Column("certainty", kind="certainty", slot="next", field="certainty",
               cell=lambda obj, extra, viewer: {"value": obj.certainty, "text": capital(obj.get_certainty_display())}),
        Column("deal", _("Deal"), kind="name", slot="title", field="deal", related=("deal",),
               cell=lambda obj, extra, viewer: {"text": obj.deal.name, "url": f"/deals/{obj.deal_id}/"}),
        Column("company", _("Company"), kind="company", slot="sub", field="deal", related=("deal__company",),
               cell=lambda obj, extra, viewer: {"text": str(obj.deal.company or "")}),
        Column("invoice_number", priority=2),
        Column("order_number", priority=3),
        Column("owner", slot="people"),
    )  # fmt: skip
    filters = ("certainty", "on", "amount", "currency", "owner", "department", "deal", "invoice_number", "order_number")
    sorts = (
        Sort("latest", "on", _("latest first"), descending=True),
        Sort("earliest", "on", _("earliest first")),
    )
    views = (
        PresetView("expected", _("Expected"), "f=certainty.not:received"),
        PresetView("overdue", _("Overdue"), "f=certainty.not:received&f=on.is:overdue"),
        PresetView("received", _("Received this month"), "f=certainty.in:received&f=on.is:this-month"),
        PresetView("last-month", _("Received last month"), "f=certainty.in:received&f=on.is:last-month"),
    )
    sections = (
        Section("main", "", ("deal", ("amount", "currency"), ("on", "certainty"), ("invoice_number", "order_number"))),
    )

    def totals(self, rows: RecordQuerySet[Any]) -> dict[str, Any]:
        return drawing.payment_totals(rows)

    def initial(self, request: HttpRequest, viewer: Viewer) -> dict[str, Any]:
        return selectors.payment_defaults(viewer.principal, request.GET.get("deal", ""))
