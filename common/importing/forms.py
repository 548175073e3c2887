from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.changes import submissions
from common.importing import access, profiles, selectors, services, staging, tables
from common.importing.keeping import KEEP, may_keep
from common.importing.models import Archive, Import, OnMatch, OnNew
from common.importing.tables import Reading
from common.importing.targets import Target, targets_of
from common.importing.vocabulary import CREATE, EMPTY, REST, Vocabulary, vocabulary_of
from common.kinds import formats
from common.kinds.words import capital, fold
from common.records import registry
from common.records.declaring import Viewer

IGNORE = gettext_lazy("— ignore —")
CHOOSE = gettext_lazy("— choose —")
KEPT = gettext_lazy("— keep as an own field —")
MOST_OPTIONS, MOST_ALIKE, MOST_TEXTS, MOST_FIELDS = 200, 10, 100, 800
LONGEST_PASTE = 500_000
"""Checked here only: a browser told of it would cut what is pasted without a word."""
Choices = list[tuple[str, Any]]


def _select(label: Any, choices: Iterable[tuple[str, Any]], *, required: bool = True) -> forms.ChoiceField:
    """A list to choose from, labelled."""
    return forms.ChoiceField(label=label, choices=list(choices), required=required)


class UploadForm(forms.Form):
    """A file, or a table pasted from a spreadsheet, and of what type its records are."""

    type = forms.ChoiceField(label=gettext_lazy("What is in the file"), required=False)
    file = forms.FileField(
        label=gettext_lazy("File"), required=False,
        help_text=gettext_lazy("CSV, Excel (.xlsx), HTML or vCard, or a ZIP of several; up to 50 MB and 100,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xls,.htm,.html,.vcf,.zip"}),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Or paste a table"), required=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Copied from a spreadsheet, with the names of the columns in the first row."),
    )  # fmt: skip
    nonce = forms.CharField(widget=forms.HiddenInput, required=False, initial=submissions.new_nonce)

    def __init__(self, viewer: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = [(kind.key, kind.label_plural) for kind in access.importable(viewer.principal)]
        choices = [("", _("Find out from the file")), *found]
        self.fields["type"].choices = choices  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("text", "").strip():
            raise ValidationError(_("Choose a file or paste a table."))
        if len(cleaned.get("text", "")) > LONGEST_PASTE:
            raise ValidationError(_("This is too much to paste. Upload it as a file."))
        return cleaned


class ArchiveForm(forms.Form):
    """Which files of an archive are imported, and what each holds."""

    def __init__(self, archive: Archive, viewer: Viewer, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.members = [member for member in archive.members if not member["problem"]]
        kinds = [(kind.key, kind.label_plural) for kind in access.importable(viewer.principal)]
        for member in self.members:
            chosen = forms.BooleanField(label=member["name"], required=False, initial=bool(member["type"]))
            self.fields[f"m{member['place']}"] = chosen
            field = _select(gettext_lazy("What is in the file"), [("", CHOOSE), *kinds], required=False)
            field.initial = member["type"]
            self.fields[f"t{member['place']}"] = field

    def rows(self) -> list[dict[str, Any]]:
        """The files as the page shows them."""
        return [
            {"chosen": self[f"m{member['place']}"], "type": self[f"t{member['place']}"], "size": member["size"],
             "system": profiles.name_of(member["source"]), "count": formats.number(member["rows"]),
             "more": member["more"]}
            for member in self.members
        ]  # fmt: skip

    def types(self) -> dict[int, str]:
        """What the chosen files hold, by their place in the archive; empty where nobody says."""
        places = [member["place"] for member in self.members]
        return {place: self.cleaned_data[f"t{place}"] for place in places if self.cleaned_data[f"m{place}"]}


class StepForm(forms.Form):
    """A step of an import: it carries its nonce and the version it was shown with."""

    def __init__(self, imp: Import, viewer: Viewer, data: QueryDict | None = None) -> None:
        self.imp, self.viewer = imp, viewer
        super().__init__(data)
        self.build()
        self.fields["nonce"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=submissions.new_nonce)
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput, initial=imp.version)

    def build(self) -> None:
        """Add the fields of the step."""


class ReadingForm(StepForm):
    """Of what type the records are, and how the file is read."""

    def build(self) -> None:
        reading = Reading.of(self.imp.reading)
        kinds = [(kind.key, kind.label_plural) for kind in access.importable(self.viewer.principal)]
        self._add("type", gettext_lazy("What is in the file"), [("", CHOOSE), *kinds], self.imp.type)
        if reading.kind == "sheet":
            names = staging.sheet_names(self.imp, reading)
            self._add("sheet", gettext_lazy("Sheet"), [(name, name) for name in names], reading.sheet)
        else:
            self._add("encoding", gettext_lazy("Encoding"), tables.text.ENCODINGS.items(), reading.encoding)
        if reading.is_written:
            self._add("delimiter", gettext_lazy("Between columns"), tables.DELIMITERS.items(), reading.delimiter)
            self._add("quote", gettext_lazy("Around texts"), tables.QUOTES.items(), reading.quote)
        self._add("decimal", gettext_lazy("Decimals"), tables.DECIMALS.items(), reading.decimal)
        self._add("thousands", gettext_lazy("Thousands"), tables.THOUSANDS.items(), reading.thousands, required=False)
        self._add("dates", gettext_lazy("Dates"), tables.DATES.items(), reading.dates)

    def _add(
        self, name: str, label: Any, choices: Iterable[tuple[str, Any]], initial: str, *, required: bool = True
    ) -> None:
        self.fields[name] = _select(label, choices, required=required)
        self.fields[name].initial = initial

    def reading(self) -> Reading:
        """How the file shall be read."""
        given = {name: value for name, value in self.cleaned_data.items() if name in Reading.__dataclass_fields__}
        return Reading.of({**self.imp.reading, **given})


class ColumnsForm(StepForm):
    """What each column fills."""

    def build(self) -> None:
        self.targets = targets_of(registry.get(self.imp.type), self.viewer)
        choices: Choices = [("", IGNORE), *((key, target.label) for key, target in self.targets.items())]
        if may_keep(self.viewer.principal, registry.get(self.imp.type)):
            choices.insert(1, (KEEP, KEPT))
        for place, head in enumerate(self.imp.headers):
            field = _select(head or _("Column %(place)s") % {"place": place + 1}, choices, required=False)
            known = place < len(self.imp.columns) and self.imp.columns[place] in self.targets
            field.initial = self.imp.columns[place] if known else ""
            self.fields[f"c{place}"] = field

    def rows(self) -> list[dict[str, Any]]:
        """The columns as the page shows them: field, what stands there, how full it is in percent."""
        shown, total = selectors.samples(self.imp), max(self.imp.total, 1)
        return [
            {"field": self[f"c{place}"], "samples": shown[place],
             "full": round(100 * (self.imp.filled[place] if place < len(self.imp.filled) else 0) / total)}
            for place in range(len(self.imp.headers))
        ]  # fmt: skip

    def columns(self) -> list[str]:
        """The target of each column."""
        return [self.cleaned_data[f"c{place}"] for place in range(len(self.imp.headers))]


class ValuesForm(StepForm):
    """What the texts stand for that stand for nothing by themselves."""

    def build(self) -> None:
        self.parts: list[dict[str, Any]] = []
        targets = targets_of(registry.get(self.imp.type), self.viewer)
        for number, (key, texts) in enumerate(self.imp.unknown.items()):
            if key in targets:
                self._part(number, targets[key], texts)

    def _part(self, number: int, target: Target, texts: list[tuple[str, int]]) -> None:
        vocabulary = vocabulary_of(target, self.viewer, registry.get(self.imp.type).form_names())
        said, rows = self.imp.choices.get(target.key, {}), []
        for place, (text, count) in enumerate(texts[: min(MOST_TEXTS, MOST_FIELDS // len(self.imp.unknown))]):
            name = f"v{number}-{place}"
            self.fields[name] = _select(text, options(vocabulary, text), required=False)
            self.fields[name].initial = said.get(fold(text), "")
            rows.append({"name": name, "text": text, "count": count})
        rest = f"r{number}" if len(texts) > 1 else ""
        if rest:
            self.fields[rest] = _select(_("All others"), options(vocabulary, "", only_acts=True), required=False)
            self.fields[rest].initial = said.get(REST, "")
        self.parts.append({"target": target, "rows": rows, "rest": rest, "more": len(texts) - len(rows)})

    def drawn(self) -> list[dict[str, Any]]:
        """The lists with their texts, as the page shows them."""
        return [
            {"label": part["target"].label, "more": part["more"], "rest": self[part["rest"]] if part["rest"] else None,
             "rows": [{**row, "field": self[row["name"]]} for row in part["rows"]]}
            for part in self.parts
        ]  # fmt: skip

    def choices(self) -> dict[str, dict[str, str]]:
        """The chosen keys by target and folded text."""
        found: dict[str, dict[str, str]] = {}
        for part in self.parts:
            pairs = [(fold(row["text"]), self.cleaned_data[row["name"]]) for row in part["rows"]]
            pairs.append((REST, self.cleaned_data[part["rest"]] if part["rest"] else ""))
            found[part["target"].key] = {text: key for text, key in pairs if key}
        return found


def options(vocabulary: Vocabulary, text: str, *, only_acts: bool = False) -> Choices:
    """What a text may stand for: of long lists the entries that are alike."""
    acts: Choices = [("", CHOOSE), (EMPTY, _("Leave empty"))]
    if vocabulary.may_create:
        acts.append((CREATE, _("Create")))
    if only_acts:
        return acts
    entries = vocabulary.options
    if len(entries) > MOST_OPTIONS:
        labels = {fold(label): (key, label) for key, label in entries}
        entries = [labels[name] for name in difflib.get_close_matches(fold(text), labels, MOST_ALIKE, 0.5)]
    return [*acts, *entries]


class RulesForm(StepForm):
    """How known records are found, and what becomes of rows that fit one or none."""

    def build(self) -> None:
        rules = services.possible_rules(self.imp, self.viewer.user)
        self.fields["keys"] = forms.MultipleChoiceField(
            label=_("The same record is found by"), required=False, widget=forms.CheckboxSelectMultiple,
            choices=[(rule.key, capital(rule.label)) for rule in rules], initial=self.imp.keys,
            help_text=_("Tried one after another until one fits. Without any, every row is a new record."),
        )  # fmt: skip
        self.fields["on_match"] = _select(_("A row that fits a record"), OnMatch.choices)
        self.fields["on_match"].initial = self.imp.on_match
        self.fields["on_match"].help_text = _("An empty cell never empties a field.")
        self.fields["on_new"] = _select(_("A row that fits none"), OnNew.choices)
        self.fields["on_new"].initial = self.imp.on_new
        targets = targets_of(registry.get(self.imp.type), self.viewer)
        creatable = [targets[key].label for key in self.imp.columns
                     if key in targets and getattr(targets[key].form, "may_create", False)]  # fmt: skip
        if creatable:
            label = _("Create what is not known yet: %(names)s") % {"names": ", ".join(creatable)}
            self.fields["creates_linked"] = forms.BooleanField(label=label, required=False)
            self.fields["creates_linked"].initial = self.imp.creates_linked
        self.fields["restores"] = forms.BooleanField(
            label=_("Restore records from the bin that a row fits"), required=False, initial=self.imp.restores
        )

    def rules(self) -> dict[str, Any]:
        """What was chosen."""
        names = ("keys", "on_match", "on_new", "creates_linked", "restores")
        return {name: self.cleaned_data.get(name, False) for name in names}
