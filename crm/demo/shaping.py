"""What the demonstration company wants to know of its customers beyond the fields that every CRM has."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from common.customfields.models import FieldType
from common.demo.scene import Scene
from common.demo.shaping import OwnFields

COMPANY = "crm.company"
SIZES = (12, 25, 40, 80, 120, 250, 400, 900, 2600)


def build(scene: Scene) -> None:
    """Own fields of companies."""
    own = OwnFields(scene)
    own.add(
        COMPANY, "class", FieldType.CHOICE, ("Customer class", "Класс клиента"), often=True,
        options=(("A", "A"), ("B", "B"), ("C", "C")),
    )  # fmt: skip
    own.add(COMPANY, "since", FieldType.DATE, ("Customer since", "Клиент с"))
    own.add(COMPANY, "employees", FieldType.NUMBER, ("Employees", "Сотрудников"))
    own.add(COMPANY, "site_pass", FieldType.YES_NO, ("Visitors need a pass", "Вход по пропуску"))
    scene.keep(own)


def draw_values(scene: Scene, lots: Random) -> dict[str, Any]:
    """What is known of one company; of some there is nothing."""
    if lots.random() < 0.15:
        return {}
    grade = lots.choices((0, 1, 2), (15, 35, 50))[0]
    values: dict[str, Any] = {
        "x_class": scene.get(OwnFields).option("class", grade),
        "x_employees": lots.choice(SIZES[4 - 2 * grade :][:5]), "x_site_pass": lots.random() < 0.2,
    }  # fmt: skip
    if lots.random() < 0.7:
        values["x_since"] = scene.ago(860) - timedelta(days=lots.randrange(5000))
    return values
