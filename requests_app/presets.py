"""The public form and the colour rule of an empty start."""

from __future__ import annotations

from common.kinds.tones import Tone
from common.records.models import ColourRule
from common.setup import presets
from crm.models import Source
from requests_app.models import SiteForm

TYPE = "requests_app.request"
INTRO = "Tell us what you need. We answer within one working day."
RUSSIAN_INTRO = "Напишите, что вам нужно. Мы ответим в течение одного рабочего дня."
WAITING_LONG = {"all": [{"f": "pending", "op": "is", "v": ["yes"]}, {"f": "created_at", "op": "is", "v": ["overdue"]}]}


def load() -> None:
    """The form at `/forms/website/`, and amber for requests that wait since yesterday."""
    source = Source.objects.order_by("position", "pk").first()
    if source is not None and not SiteForm.objects.exists():
        SiteForm.objects.create(
            name="Website", names={"ru": "Сайт"}, slug="website", source=source, intro=INTRO,
            intros={"ru": RUSSIAN_INTRO}, asks_country=True, asks_products=True, position=1,
        )  # fmt: skip
    if not ColourRule.objects.filter(type=TYPE).exists():
        ColourRule.objects.create(
            type=TYPE,
            name="Waiting since yesterday or longer",
            names={"ru": "Ждёт со вчерашнего дня или дольше"},
            tone=Tone.AMBER, condition=WAITING_LONG, position=1,
        )  # fmt: skip


presets.register(50, load)
