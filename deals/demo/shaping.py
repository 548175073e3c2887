"""What the demonstration company wants to know of a deal: terms of delivery, and a questionnaire about the plant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from common.customfields.models import FieldType
from common.demo.scene import Scene, Text
from common.demo.shaping import OwnFields
from deals.demo.fates import Fate
from deals.models import Pipeline

DEAL = "deals.deal"
TERMS: tuple[Text, ...] = (
    ("EXW, ex works", "EXW, франко-завод"), ("FCA, free carrier", "FCA, франко-перевозчик"),
    ("DAP, delivered", "DAP, поставка в месте назначения"), ("DDP, duty paid", "DDP, с оплатой пошлин"),
)  # fmt: skip
MEDIA: tuple[Text, ...] = (
    ("Water", "Вода"), ("Steam", "Пар"), ("Compressed air", "Сжатый воздух"), ("Solvents", "Растворители"),
    ("Food", "Пищевые продукты"),
)  # fmt: skip
PLANTS: tuple[Text, ...] = (
    ("Two lines of 1998, one of them idle.", "Две линии 1998 года, одна простаивает."),
    ("New hall, foundations are laid.", "Новый цех, фундамент готов."),
    ("Replaces a unit that leaks every spring.", "Замена агрегата, который течёт каждую весну."),
    ("Third shift from next year.", "Со следующего года третья смена."),
)
ASKING_STAGE = "Contract"


def add_fields(scene: Scene) -> None:
    """Own fields and the questionnaire of deals; nothing comes to the contract without terms of delivery."""
    own = scene.get(OwnFields)
    own.add(DEAL, "terms", FieldType.CHOICE, ("Terms of delivery", "Условия поставки"), options=TERMS, often=True)
    own.add(DEAL, "tender", FieldType.TEXT, ("Tender number", "Номер тендера"))
    form = own.questionnaire(DEAL, ("Requirements", "Требования"))
    own.add(DEAL, "plant", FieldType.LONG_TEXT, ("What stands there today?", "Что установлено сейчас?"), form=form)
    own.add(DEAL, "medium", FieldType.CHOICES, ("What flows through it?", "Рабочая среда"), options=MEDIA, form=form)
    own.add(DEAL, "ready_by", FieldType.DATE, ("When must it run?", "Когда должно работать?"), form=form)
    own.add(DEAL, "explosive", FieldType.YES_NO, ("Explosive atmosphere?", "Взрывоопасная зона?"), form=form)


def ask_at_the_contract(pipeline: Pipeline) -> None:
    """The stage that asks for terms of delivery."""
    pipeline.stages.filter(name=ASKING_STAGE).update(required_fields=["x_terms"])


def draw_values(scene: Scene, fate: Fate) -> dict[str, Any]:
    """What is known of one deal from its first days; the longer it goes on, the surer there is something."""
    own, lots = scene.get(OwnFields), scene.lots(f"own fields {fate.name}")
    values: dict[str, Any] = {}
    if len(fate.moves) > 2 or lots.random() < 0.5:
        values["x_terms"] = own.option("terms", lots.randrange(len(TERMS)))
    if lots.random() < 0.12:
        values["x_tender"] = f"{fate.opened:%Y}/{lots.randint(100, 999)}"
    if not fate.is_service and (len(fate.moves) > 1 or lots.random() < 0.3):
        values["x_plant"] = scene.say(lots.choice(PLANTS))
        media = {own.option("medium", lots.randrange(len(MEDIA))) for _n in range(lots.randint(1, 2))}
        values["x_medium"] = sorted(media)
        values["x_ready_by"] = fate.opened + timedelta(days=lots.randint(90, 400))
        values["x_explosive"] = lots.random() < 0.2
    return values
