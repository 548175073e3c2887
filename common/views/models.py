from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common import clock
from common.kinds.models import Ledger


class SavedView(Ledger):
    """A list somebody gave a name. `state`: query (filter and search), sort, columns, layout (list or board)."""

    class Reach(models.TextChoices):
        OWN = "own", pgettext_lazy("view", "only me")
        DEPARTMENT = "department", pgettext_lazy("view", "my department")
        COMPANY = "company", pgettext_lazy("view", "the whole company")

    type = models.CharField(_("record type"), max_length=60)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey("people.User", models.PROTECT, verbose_name=_("owner"), related_name="+")
    reach = models.CharField(_("shown to"), max_length=10, choices=Reach.choices, default=Reach.OWN)
    department = models.ForeignKey(
        "organisation.Department", models.PROTECT, verbose_name=_("department"), null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    state = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["type", "reach"], name="view_of_type")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reach="department") | models.Q(department__isnull=False),
                name="view_of_a_department_names_it",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_shared(self) -> bool:
        """Whether others see it."""
        return self.reach != self.Reach.OWN


class ViewEditor(Ledger):
    """A person who may change a view that is not theirs."""

    view = models.ForeignKey(SavedView, models.CASCADE, related_name="editors")
    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["view", "user"], name="editor_once_per_view")]


class ViewPin(Ledger):
    """A view in a person's side bar: a saved one, or by its `key` one that every list of the type has."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    type = models.CharField(max_length=60)
    view = models.ForeignKey(SavedView, models.CASCADE, null=True, related_name="pins")
    key = models.CharField(max_length=60)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "type", "key"], name="pin_once_per_view")]


class ListPreference(Ledger):
    """How a person arranged the lists of a type. `state`: columns, widths, sort, last (query), layout."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="+")
    type = models.CharField(max_length=60)
    state = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "type"], name="preference_once_per_type")]
