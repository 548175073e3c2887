"""The dictionaries of the platform in the settings."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from common.customfields.models import CustomField, FieldLabel, Questionnaire
from common.customfields.selectors import customisable
from common.money.models import Currency, Rate
from common.organisation.models import Department, Holiday, OwnCompany
from common.people.models import Membership, User
from common.places.models import City, Country
from common.policy import presets
from common.policy.models import ModuleState, Role
from common.records import building, filtering, registry
from common.records.declaring import Viewer
from common.records.models import ColourRule
from common.setup import copying, rights
from common.setup.dictionaries import PEOPLE, Column, DictionaryPage, Division, declare
from common.tags.models import Tag

presets.area("setup", _("Settings"), change=_("Change settings"), people=_("Manage people and roles"))

copying.declare(Holiday, _("Holidays"))


def _say_roles(name: str, stored: Any) -> tuple[str, str]:
    return str(_("Roles")), ", ".join(stored or [])


declare(DictionaryPage(
    "company", OwnCompany, "company", _("Company"), _("The company that works with this CRM."),
    [
        "name", "legal_name", "address", "registration_number", "tax_number", "phone", "email", "website", "bank",
        "time_zone", "demands_second_factor", "allows_keeping",
    ], [Column(_("Time zone"), lambda row: row.time_zone)],
    order=10, ordered=False, step=10,
))  # fmt: skip
declare(
    DictionaryPage(
        "departments",
        Department,
        "company",
        _("Departments"),
        _("Who works together, and which days are free."),
        ["name", "parent", "keeps_to_owners", "country", "currency", "days_off"],
        [Column(_("Part of"), lambda row: row.parent), Column(_("Only own records"), lambda row: row.keeps_to_owners)],
        order=20,
        step=40,
    )
)
declare(DictionaryPage(
    "people", User, "company", _("People"), _("Who may sign in, where they work and what their roles are."),
    ["first_name", "last_name", "username", "email", "department"],
    [
        Column(_("User name"), lambda row: row.username), Column(_("Department"), lambda row: row.department),
        Column(_("Roles"), lambda row: ", ".join(str(role) for role in row.roles.all())),
        Column(_("May sign in"), lambda row: row.is_active),
    ],
    order=30, ordered=False, sort=("-is_active", "last_name", "first_name"), permission=PEOPLE, say=_say_roles,
    step=60,
))  # fmt: skip
declare(DictionaryPage(
    "memberships", Membership, "company", _("Heads and second departments"),
    _("Who heads a department, and who works in one besides their own."), ["user", "department", "is_head"],
    [Column(_("Heads it"), lambda row: row.is_head)], order=40, ordered=False, sort=("department__name", "pk"),
    permission=PEOPLE, chapter="heads-and-second-departments",
))  # fmt: skip
declare(DictionaryPage(
    "holidays", Holiday, "company", _("Holidays"), _("Days without work; next steps skip them."),
    ["day", "name", "department"], [Column(_("Department"), lambda row: row.department)],
    order=50, ordered=False, sort=("-day",),
))  # fmt: skip
declare(
    DictionaryPage(
        "roles",
        Role,
        "company",
        _("Roles"),
        _("What a person may do. Who has several roles may do what any of them allows."),
        ["name"],
        [
            Column(_("May do everything"), lambda row: row.is_administrator),
            Column(_("Second factor"), lambda row: row.demands_second_factor),
        ],
        order=60,
        permission=PEOPLE,
        copy_route="setup:role-copy",
        say=rights.say,
        step=50,
    )
)
declare(DictionaryPage(
    "modules", ModuleState, "company", _("Modules"),
    _("Parts your company does without are gone from menus, pages and search. What they hold stays and comes back."),
    [], order=70, ordered=False, sort=("key",), step=130,
))  # fmt: skip
declare(
    DictionaryPage(
        "currencies",
        Currency,
        "money",
        _("Currencies"),
        _("One is the base currency, in which sums are told."),
        ["name", "code", "is_base"],
        [Column(_("Code"), lambda row: row.code), Column(_("Base"), lambda row: row.is_base)],
        order=10,
        step=20,
    )
)
declare(DictionaryPage(
    "rates", Rate, "money", _("Exchange rates"), _("What one unit cost in the base currency on a day."),
    ["currency", "day", "value"], [Column(_("Rate"), lambda row: row.value, numeric=True)],
    order=20, ordered=False, sort=("-day", "currency"), step=30, chapter="exchange-rates",
))  # fmt: skip


def _own_fields() -> list[Division]:
    return [Division(model._meta.label_lower, registry.of(model).label_plural) for model in customisable()]


def _every_type() -> list[Division]:
    return [Division(kind.key, kind.label_plural) for kind in registry.all_types()]


def _say_condition(row: ColourRule, stored: Any, viewer: Viewer) -> str:
    kind = registry.get(row.type)
    known = filtering.fields_of(kind, viewer)
    return building.of_conditions(kind, viewer, known, filtering.conditions_of(stored)).sentence()


def _say_field(_name: str, stored: Any) -> tuple[str, str]:
    return str(_("Only for these roles")), ", ".join(stored or [])


declare(DictionaryPage(
    "fields", CustomField, "fields", _("Own fields"),
    _("What your company wants to know beside what every company does; in forms, lists, filters and files at once."),
    ["name"],
    [
        Column(_("Holds"), lambda row: row.get_kind_display()), Column(_("Key"), lambda row: row.key),
        Column(_("Questionnaire"), lambda row: row.questionnaire), Column(_("Required"), lambda row: row.is_required),
    ],
    parent="type", divisions=_own_fields, order=10, say=_say_field,
    change_text=_("Forms and pages follow the new order."), step=110, chapter="own-fields",
))  # fmt: skip
declare(DictionaryPage(
    "questionnaires", Questionnaire, "fields", _("Questionnaires"),
    _("A form of its own about a record; its questions are own fields that name it."), ["name", "type"],
    parent="type", divisions=_own_fields, order=20,
))  # fmt: skip
declare(DictionaryPage(
    "names", FieldLabel, "fields", _("Names"),
    _("What your company calls things. Empty: as the product does. Lists, forms, filters and files follow at once."),
    [], parent="type", divisions=_every_type, order=30, ordered=False, sort=("pk",), step=120,
))  # fmt: skip
declare(DictionaryPage("tags", Tag, "lists", _("Tags"), _("Words people put on records."), ["name"], order=20))
declare(DictionaryPage(
    "countries", Country, "lists", _("Countries"), _("Archived ones are not offered."), ["name", "code"],
    [Column(_("Code"), lambda row: row.code)], order=30, ordered=False, sort=("name",),
))  # fmt: skip
declare(DictionaryPage(
    "cities", City, "lists", _("Cities"), _("Cities of companies and people."), ["name", "country"],
    [Column(_("Country"), lambda row: row.country)], order=40, ordered=False, sort=("name",),
))  # fmt: skip
declare(
    DictionaryPage(
        "colours",
        ColourRule,
        "lists",
        _("Colour rules"),
        _("Rows that meet the condition are marked, with the name as the word."),
        ["name", "tone"],
        [Column(_("Colour"), lambda row: row.get_tone_display())],
        parent="type",
        divisions=_every_type,
        order=50,
        change_text=_("The first rule a row meets counts."),
        tells={"condition": _say_condition},
        chapter="colour-rules",
    )
)
