"""How the people of the demonstration arranged their lists: saved views, some shared, some in the side bar."""

from __future__ import annotations

from urllib.parse import urlencode

from common.demo.scene import Scene, Text
from common.demo.shaping import OwnFields
from common.views.models import SavedView
from common.views.services import create_view, pin
from deals.demo.shaping import DEAL

COMPANY = "crm.company"
View = tuple[str, str, Text, SavedView.Reach, list[str], list[str]]
"""Whose it is, the type, its name, whom it is shown to, its conditions, its columns."""


def build(scene: Scene) -> None:
    """Views that were saved and pinned long ago."""
    for username, type_key, name, reach, conditions, columns in _views(scene):
        by = scene.people[username]
        state = {"query": urlencode([("f", text) for text in conditions]), "columns": columns, "layout": "list"}
        view = create_view(type_key, state, by=by, name=scene.say(name), reach=reach)
        pin(by, type_key, str(view.pk))
    for username in ("manager1", "manager2", "manager3", "head"):
        pin(scene.people[username], DEAL, "overdue")


def _views(scene: Scene) -> list[View]:
    best = scene.get(OwnFields).option("class", 0)
    reach = SavedView.Reach
    return [
        (
            "manager1", DEAL, ("Large, terms not agreed", "Крупные без условий"), reach.OWN,
            ["state.is:open", "mine.is:me", "amount.gte:15000", "x_terms.empty"],
            ["name", "company", "stage", "amount", "x_terms", "next_step"],
        ),
        (
            "head", DEAL, ("Of my department, above 20,000", "Моего отдела, от 20 000"), reach.DEPARTMENT,
            ["state.is:open", "department.in:my-department", "amount.gte:20000"],
            ["name", "company", "owner", "stage", "amount", "expected_close", "x_terms"],
        ),
        (
            "executive", DEAL, ("Won this quarter", "Выиграно в этом квартале"), reach.COMPANY,
            ["state.is:won", "closed_on.is:this-quarter"], ["name", "company", "owner", "amount", "closed_on"],
        ),
        (
            "manager2", COMPANY, ("Class A without deals", "Класс A без сделок"), reach.OWN,
            ["mine.is:me", f"x_class.in:{best}", "deals.is:none"], ["name", "city", "x_class", "x_since", "x_employees"],
        ),
    ]  # fmt: skip
