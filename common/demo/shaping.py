"""Own fields and questionnaires of the demonstration: what a company adds for itself."""

from __future__ import annotations

from collections.abc import Sequence

from common.customfields.models import CustomField, CustomOption, FieldType, Questionnaire
from common.customfields.services import save_field
from common.demo.scene import Scene, Text
from common.kinds import dictionary


class OwnFields:
    """The own fields of the demonstration, to be filled by who makes records."""

    def __init__(self, scene: Scene) -> None:
        self.by = scene.people["admin"]
        self._options: dict[str, list[int]] = {}

    def questionnaire(self, type_key: str, name: Text) -> Questionnaire:
        """A form of questions about records of a type."""
        return Questionnaire.objects.create(type=type_key, name=name[0], names={"ru": name[1]}, position=1)

    def add(
        self, type_key: str, key: str, kind: FieldType, name: Text, *, options: Sequence[Text] = (),
        often: bool = False, form: Questionnaire | None = None, section: str = "",
    ) -> None:  # fmt: skip
        """An own field, or with `form` a question; `often`: lists are often filtered by it."""
        field = CustomField(
            type=type_key, key=key, kind=kind, name=name[0], names={"ru": name[1]}, is_often_filtered=often,
            questionnaire=form, section=section,
        )  # fmt: skip
        field.full_clean()
        save_field(field, roles=(), options=[(english, {"ru": russian}) for english, russian in options], by=self.by)
        self._options[key] = list(CustomOption.objects.filter(field=field).values_list("pk", flat=True))
        dictionary.renew()

    def option(self, key: str, place: int) -> int:
        """The key of an option of a field, counted from 0."""
        return self._options[key][place]
