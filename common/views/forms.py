from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.people.models import User
from common.people.selectors import active_people
from common.records.inputs import SeveralField
from common.views import selectors
from common.views.models import SavedView


class ViewForm(forms.Form):
    """The name of a view, and for whom it may be said: whom it is shown to and who else may change it."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def __init__(self, *args: Any, user: User, view: SavedView | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if view is not None:
            self.initial = {"name": view.name, "reach": view.reach, "editors": selectors.editors_of(view)}
        if view is not None and not selectors.owns(user, view):
            return
        owner = view.owner if view is not None else user
        choices = [
            (value, label) for value, label in SavedView.Reach.choices
            if value != SavedView.Reach.DEPARTMENT or owner.department_id
        ]  # fmt: skip
        self.fields["reach"] = forms.ChoiceField(label=_("Shown to"), choices=choices)
        self.fields["editors"] = SeveralField(
            active_people(), label=_("May change it too"), required=False,
            help_text=_("Everybody else who sees it can use it and save their own under another name."),
        )  # fmt: skip
