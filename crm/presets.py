"""The sources, industries and tags of an empty start."""

from __future__ import annotations

from common.organisation.models import Department
from common.setup import presets
from common.tags.models import Tag
from crm.models import Industry, Source

SOURCES = (
    {"name": "Website", "ru": "Сайт"},
    {"name": "Phone", "ru": "Телефон"},
    {"name": "E-mail", "ru": "Почта"},
    {"name": "Trade fair", "ru": "Выставка"},
    {"name": "Recommendation", "ru": "Рекомендация"},
)
INDUSTRIES = (
    {"name": "Chemicals", "ru": "Химия"},
    {"name": "Energy and utilities", "ru": "Энергетика и коммунальное хозяйство"},
    {"name": "Food and beverages", "ru": "Пищевая промышленность"},
    {"name": "Machinery", "ru": "Машиностроение"},
    {"name": "Metals and mining", "ru": "Металлургия и добыча"},
    {"name": "Pharmaceuticals", "ru": "Фармацевтика"},
    {"name": "Pulp, paper and packaging", "ru": "Бумага и упаковка"},
    {"name": "Construction materials", "ru": "Строительные материалы"},
    {"name": "Water treatment", "ru": "Водоподготовка"},
    {"name": "Trade", "ru": "Торговля"},
)
TAGS = (
    {"name": "tender", "ru": "тендер"},
    {"name": "key account", "ru": "ключевой клиент"},
    {"name": "urgent", "ru": "срочно"},
    {"name": "partner", "ru": "партнёр"},
    {"name": "frame contract", "ru": "рамочный договор"},
)


def load() -> None:
    """Sources of the first department, industries, tags."""
    home = Department.objects.order_by("pk").first()
    presets.fill(Source, ({**row, "department": home} for row in SOURCES))
    presets.fill(Industry, INDUSTRIES)
    presets.fill(Tag, TAGS)


presets.register(30, load)
