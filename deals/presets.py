"""The pipeline, closing reasons and colour rules of an empty start."""

from __future__ import annotations

from common.kinds.tones import Tone
from common.records.models import ColourRule
from common.setup import presets
from deals.models import ClosingReason, Outcome, Pipeline, Stage

# Name, name in Russian, probability, expected days.
OPEN_STAGES = (
    ("Request", "Запрос", 10, 7),
    ("Qualified", "Квалификация", 25, 14),
    ("Proposal", "Предложение", 50, 14),
    ("Negotiation", "Переговоры", 75, 16),
    ("Contract", "Договор", 90, 21),
)
REASONS = (
    {"name": "Won", "ru": "Успех", "outcome": Outcome.WON},
    {"name": "Price too high", "ru": "Высокая цена", "outcome": Outcome.LOST},
    {"name": "Chose competitor", "ru": "Выбрали конкурента", "outcome": Outcome.LOST},
    {"name": "Project stopped", "ru": "Проект остановлен", "outcome": Outcome.LOST},
    {"name": "No answer", "ru": "Нет ответа", "outcome": Outcome.LOST},
    {"name": "Delivery time", "ru": "Срок поставки", "outcome": Outcome.LOST},
)
COLOURS = (
    {
        "type": "deals.deal", "name": "Close date passed", "ru": "Срок закрытия прошёл", "tone": Tone.RED,
        "condition": {"all": [
            {"f": "state", "op": "is", "v": ["open"]}, {"f": "expected_close", "op": "is", "v": ["overdue"]},
        ]},
    },
    {
        "type": "deals.payment", "name": "Overdue", "ru": "Просрочен", "tone": Tone.RED,
        "condition": {"all": [
            {"f": "certainty", "op": "not", "v": ["received"]}, {"f": "on", "op": "is", "v": ["overdue"]},
        ]},
    },
)  # fmt: skip


def load() -> None:
    """A default pipeline for everybody with its stages, closing reasons, colour rules."""
    if not Pipeline.objects.exists():
        add_stages(Pipeline.objects.create(name="Sales", names={"ru": "Продажи"}, position=1, is_default=True))
    presets.fill(ClosingReason, REASONS)
    for row in COLOURS:
        if not ColourRule.objects.filter(type=row["type"]).exists():
            names = {"ru": row["ru"]}
            rule = {key: value for key, value in row.items() if key != "ru"}
            ColourRule.objects.create(**rule, names=names, position=1)


def add_stages(pipeline: Pipeline) -> None:
    """Give a new pipeline the preset stages, with one for won and one for lost deals at its end."""
    rows = [
        Stage(name=name, names={"ru": russian}, probability=chance, expected_days=days)
        for name, russian, chance, days in OPEN_STAGES
    ]
    rows.append(Stage(name="Won", names={"ru": "Успех"}, outcome=Outcome.WON, probability=100, tone=Tone.GREEN))
    rows.append(Stage(name="Lost", names={"ru": "Отказ"}, outcome=Outcome.LOST, tone=Tone.GREY))
    for position, row in enumerate(rows, start=1):
        row.pipeline, row.position = pipeline, position
        row.save()


presets.register(40, load)
