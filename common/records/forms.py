"""The form of a record type, built from its declaration and the person's field rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from common.changes import services as changes
from common.changes import submissions
from common.changes import values as tracked
from common.changes.errors import Conflict
from common.kinds import formats
from common.kinds.errors import DomainError
from common.kinds.models import RecordModel
from common.kinds.words import capital
from common.money.models import MoneyField
from common.people.models import User
from common.policy import scopes
from common.policy import selectors as policy
from common.records import registry
from common.records.declaring import RecordType, Section, Viewer
from common.records.fieldkinds import LINK_LABELS
from common.records.inputs import (
    EMPTY_CHOICE,
    NaturalDateField,
    NaturalMomentField,
    NewRecord,
    NumberField,
    RecordField,
    SeveralField,
)
from common.records.timeline import as_named, say_plain


class RecordForm(forms.Form):
    """New or edit, of all fields or `only` some; `save` goes through the door, its refusals stand next to the field."""

    def __init__(
        self, kind: RecordType, viewer: Viewer, obj: RecordModel | None = None, data: QueryDict | None = None,
        initial: Mapping[str, Any] | None = None, only: Collection[str] | None = None,
    ) -> None:  # fmt: skip
        self.kind, self.viewer, self.obj = kind, viewer, obj
        self.names = [name for name in kind.form_names() if only is None or name in only]
        self.conflict: Conflict | None = None
        super().__init__(data, initial=self._initial(initial or {}))
        rights = (
            policy.field_rights(viewer.principal, obj) if obj else scopes.creation_fields(viewer.principal, kind.model)
        )
        for name in self.names:
            if rights.writable(name):
                self.fields[name] = form_field(kind.model, name, viewer, obj)
        for name in kind.required_now(obj):
            if name in self.fields:
                self.fields[name].required = True
        parent = kind.model.parent_field
        if parent in self.fields and (obj is not None or self.initial.get(parent) or parent in self.data):
            self.fields[parent].widget = forms.HiddenInput()
        self.fields["nonce"] = forms.CharField(widget=forms.HiddenInput, required=False, initial=submissions.new_nonce)
        if obj is not None:
            self.fields["base_version"] = forms.IntegerField(
                widget=forms.HiddenInput, required=False, initial=obj.version, min_value=1
            )

    def _initial(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if self.obj is None:
            return {**default_values(self.kind), **given}
        model = type(self.obj)
        return {name: tracked.decode(model, name, tracked.current(self.obj, name)) for name in self.names}

    @property
    def hidden(self) -> list[forms.BoundField]:
        """The hidden inputs."""
        return [self[name] for name, field in self.fields.items() if isinstance(field.widget, forms.HiddenInput)]

    @property
    def value_names(self) -> list[str]:
        """The fields that are values of the record."""
        return [name for name in self.fields if name not in ("nonce", "base_version")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self._check_constraints(cleaned)
        return cleaned

    def _check_constraints(self, cleaned: dict[str, Any]) -> None:
        """Say what the database would refuse before it does, in words."""
        model = self.kind.model
        sets = {n for n in self.value_names if tracked.is_beside(n) or tracked.is_set(model, n)}
        plain = {n: cleaned[n] for n in self.value_names if n not in sets and not isinstance(cleaned[n], NewRecord)}
        empty = [n for n, value in plain.items() if value is None and not self.kind.model._meta.get_field(n).null]
        if empty or len(plain) + len(sets) < len(self.value_names):
            return
        probe = self.kind.model.everything.get(pk=self.obj.pk) if self.obj else self.kind.model()
        for name, value in plain.items():
            setattr(probe, name, value)
        probe.before_save()
        try:
            probe.validate_constraints(exclude=self._unknown(probe))
        except ValidationError as problem:
            self._take(problem)

    def _unknown(self, probe: RecordModel) -> list[str]:
        if self.obj is not None:
            return []
        known = set(self.value_names) | {"title_sort", "deleted_at", "country"}
        return [f.name for f in probe._meta.concrete_fields if f.name not in known and not f.has_default()]

    def save(self) -> RecordModel | None:
        """Create or change the record; None when it was refused (the errors or the conflict say why)."""
        try:
            with transaction.atomic():
                return self._save()
        except Conflict as conflict:
            self._keep_both(conflict)
        except ValidationError as problem:
            self._take(problem)
        except DomainError as refusal:
            self.add_error(refusal.field if refusal.field in self.fields else None, str(refusal))
        except IntegrityError:
            self.add_error(None, _("Another entry has the same values; this one was not saved."))
        return None

    def _save(self) -> RecordModel:
        by = self.viewer.user
        values = {name: self.cleaned_data[name] for name in self.value_names}
        with changes.change_set(by=by):
            for name, value in values.items():
                if isinstance(value, NewRecord):
                    values[name] = create_in_place(self.kind.model, name, value, values, by)
            if self.obj is None:
                return self.kind.save_new(values, by)
            for name in self.value_names:
                if self.data.get(f"conflict_{name}") == "theirs":
                    del values[name]
            return self.kind.save_edit(self.obj, values, by, self.cleaned_data.get("base_version"))

    def _take(self, problem: ValidationError) -> None:
        errors = problem.message_dict if hasattr(problem, "error_dict") else {NON_FIELD_ERRORS: problem.messages}
        for name, messages in errors.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)

    def _keep_both(self, conflict: Conflict) -> None:
        """After a conflict: their values where they do not clash, ours where they do, on the new version."""
        self.conflict = conflict
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        data["base_version"] = str(conflict.version)
        model = self.kind.model
        for name, clash in conflict.merged.items():
            value = self.fields[name].prepare_value(tracked.decode(model, name, clash.theirs))
            if isinstance(value, list):
                data.setlist(name, [str(key) for key in value])
            else:
                data[name] = "" if value is None else str(value)
        self.data = data

    def said(self, name: str, stored: Any) -> str:
        """An encoded value in words, for the conflict box."""
        return say(self.kind.model, name, stored, self.viewer)


def default_values(kind: RecordType) -> dict[str, Any]:
    """What the fields of a new record begin with by themselves."""
    found: dict[str, Any] = {}
    for name in kind.form_names():
        field: Any = None if name in tracked.link_fields else tracked.field_of(kind.model, name)
        if field is not None and not field.many_to_many and field.has_default():
            found[name] = field.get_default()
    return found


def form_field(model: type[RecordModel], name: str, viewer: Viewer, obj: RecordModel | None) -> forms.Field:
    """The form field of a model field or link field."""
    if name in tracked.link_fields:
        rows = with_current(choosable(tracked.link_fields[name].target_model), name, obj)
        return SeveralField(rows, required=False, label=capital(LINK_LABELS[name]))
    found: Any = tracked.field_of(model, name)
    common = {"required": not found.blank, "label": capital(found.verbose_name), "help_text": found.help_text}
    if tracked.is_beside(name) and found.is_relation:
        return _option_field(found, name, obj, common)
    if isinstance(found, models.ManyToManyField):
        related = found.related_model
        if issubclass(related, RecordModel):
            rows = with_current(related.objects.for_user(viewer.principal), name, obj)
            return SeveralField(rows, url=registry.of(related).url("choose"), **common)
        return SeveralField(with_current(choosable(related), name, obj), **common)
    if isinstance(found, models.ForeignKey):
        return _reference_field(found, viewer, obj, common)
    if isinstance(found, models.DateTimeField):
        return NaturalMomentField(**common)
    if isinstance(found, models.DateField):
        return NaturalDateField(**common)
    if isinstance(found, MoneyField | models.DecimalField):
        return NumberField(decimal_places=found.decimal_places, max_digits=found.max_digits, **common)
    if isinstance(found, models.URLField):
        return forms.URLField(max_length=found.max_length, assume_scheme="https", **common)
    field: forms.Field = found.formfield()
    field.label = capital(found.verbose_name)
    return field


def _reference_field(found: Any, viewer: Viewer, obj: RecordModel | None, common: dict[str, Any]) -> forms.Field:
    related = found.related_model
    if issubclass(related, RecordModel):
        kind = registry.of(related)
        may_create = kind.inline_field is not None and viewer.principal.may(kind.key, "create")
        rows = with_current(related.objects.for_user(viewer.principal), found.name, obj)
        return RecordField(rows, kind.url("choose"), may_create=may_create, **common)
    rows = with_current(choosable(related), found.name, obj)
    return forms.ModelChoiceField(rows, empty_label=str(EMPTY_CHOICE), **common)


def _option_field(found: Any, name: str, obj: RecordModel | None, common: dict[str, Any]) -> forms.Field:
    rows = with_current(choosable(found.related_model).filter(**found.get_limit_choices_to()), name, obj)
    if found.many_to_many:
        widget = forms.CheckboxSelectMultiple({"class": "k-columns"})
        return forms.ModelMultipleChoiceField(rows, widget=widget, **common)
    return forms.ModelChoiceField(rows, empty_label=str(EMPTY_CHOICE), **common)


def with_current(rows: models.QuerySet[Any], name: str, obj: RecordModel | None) -> models.QuerySet[Any]:
    """What may be chosen, and what the record has already: archived, deactivated or hidden, it stays until changed."""
    current = tracked.current(obj, name) if obj else None
    if not current:
        return rows
    keys = current if isinstance(current, list) else [current]
    either = models.Q(pk__in=keys) | models.Q(pk__in=rows.order_by().values("pk"))
    everything = getattr(rows.model, "everything", rows.model._default_manager)
    found: Any = everything.filter(either)
    return found.masked() if getattr(rows, "masks", False) else found  # type: ignore[no-any-return]


def choosable(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows of a dictionary that may be chosen today."""
    if model is User:
        people: models.QuerySet[Any] = User.objects.filter(is_active=True)
        return people
    return model._default_manager.in_use()  # type: ignore[attr-defined, no-any-return]  # every dictionary has it


def create_in_place(
    model: type[RecordModel], name: str, text: NewRecord, values: Mapping[str, Any], by: User
) -> RecordModel:
    """The record behind "new: …" typed into a chooser."""
    target: Any = model._meta.get_field(name).related_model
    kind = registry.of(target)
    return kind.save_new(kind.inline(str(text), values), by)


def say(model: type[RecordModel], name: str, stored: Any, viewer: Viewer) -> str:
    """A stored value of a field in the viewer's words."""
    if stored in (None, "", []):
        return ""
    related = tracked.related_model(model, name)
    if related is not None:
        keys = stored if isinstance(stored, list) else [stored]
        found = {row.pk: str(row) for row in as_named(related, viewer).filter(pk__in=keys)}
        return ", ".join(found.get(key, "?") for key in keys)
    return say_plain(model, name, stored)


def layout(form: RecordForm, sections: list[Section]) -> list[dict[str, Any]]:
    """The sections with their bound fields, as `partials/form_page.html` takes them."""
    drawn = []
    for section in sections:
        rows = []
        for row in section.rows:
            asked = (row,) if isinstance(row, str) else row
            names = [n for n in asked if n in form.fields and not isinstance(form.fields[n].widget, forms.HiddenInput)]
            if names:
                rows.append({"cols": str(len(names)), "fields": [form[name] for name in names]})
        if rows:
            errors = sum(len(form.errors.get(name, [])) for name in section.names)
            drawn.append({
                "id": f"s-{section.key}", "label": section.label, "rows": rows, "errors": errors,
                "conflict": conflict_box(form, section),
            })  # fmt: skip
    return drawn


def conflict_box(form: RecordForm, section: Section) -> dict[str, Any] | None:
    """The clashing fields of a section."""
    conflict = form.conflict
    if conflict is None:
        return None
    clashes = {name: clash for name, clash in conflict.clashes.items() if name in section.names}
    if not clashes:
        return None
    merged = ", ".join(str(form.fields[name].label) for name in conflict.merged)
    return {
        "who": _("%(who)s changed this, %(when)s") % {"who": conflict.who, "when": formats.moment_of(conflict.at)},
        "fields": [
            {
                "name": name, "label": form.fields[name].label, "choice": "yours", "was": form.said(name, clash.was),
                "theirs": form.said(name, clash.theirs), "yours": form.said(name, clash.yours),
            }
            for name, clash in clashes.items()
        ],
        "merged": _("Taken over, because you did not touch it: %(fields)s") % {"fields": merged} if merged else "",
    }  # fmt: skip


def summary(form: forms.Form) -> dict[str, Any] | None:
    """The box above a form that was not saved."""
    conflict = getattr(form, "conflict", None)
    if not form.errors and conflict is None:
        return None
    named = [*form.errors, *(conflict.clashes if conflict is not None else ())]
    links = [{"label": form.fields[n].label, "url": f"#f-{n}"} for n in named if n in form.fields]
    general = " ".join(map(str, form.errors.get(NON_FIELD_ERRORS, [])))
    text = _("Everything you typed is still here.")
    if conflict is not None:
        general = str(conflict)
    return {"title": _("Not saved yet"), "text": f"{general} {text}".strip(), "links": links}
