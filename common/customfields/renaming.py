"""What a company calls fields and types instead of the product's words, everywhere at once.

The names of model fields and record types become lazy texts that ask the process dictionary, so forms, lists,
filters, files, history and errors follow. Where no language is active (migrations, the log), words stay the product's.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language

from common.customfields import selectors
from common.kinds.models import RecordModel

NAMES = {"@one": "label", "@many": "label_plural", "@new": "new_label"}
"""The words of a type, by their name in `FieldLabel` and in its declaration."""


def words(type_key: str, name: str, original: object) -> str:
    """The company's word for a field or type in the current language, else the product's."""
    language = (get_language() or "").split("-")[0]
    if not language:
        return str(original)
    return selectors.known().labels.get((type_key, name), {}).get(language) or str(original)


_later: Any = lazy(words, str)
_originals: dict[tuple[str, str], object] = {}


def renamable(type_key: str, name: str, original: object) -> Any:
    """A lazy text that says what the company calls this."""
    _originals[type_key, name] = original
    return _later(type_key, name, original)


def follow(model: type[RecordModel]) -> None:
    """Let the fields of a type be renamed; called once for each type."""
    key = model._meta.label_lower
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        field.verbose_name = renamable(key, field.name, field.verbose_name)


def original(type_key: str, name: str) -> str:
    """The product's word in the current language."""
    return str(_originals[type_key, name])
