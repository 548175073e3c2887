from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.kinds.models import Dictionary, DictionaryBase


class Scope(models.TextChoices):
    """How far a permission reaches, narrow to wide; `parent` follows the record this one is a part of."""

    OWN = "own", _("own and co-owned")
    ASSIGNED = "assigned", _("own, co-owned and assigned")
    TEAM = "team", _("the department, where it shares its work; else as assigned")
    DEPARTMENT = "department", _("the department")
    SUBTREE = "subtree", _("the department and those below it")
    ALL = "all", _("everything")
    PARENT = "parent", _("as the record it belongs to")


class Role(Dictionary):
    """What a person may do. `slug` names a preset; `is_administrator` may do everything."""

    slug = models.SlugField(_("key"), unique=True)
    is_administrator = models.BooleanField(_("may do everything"), default=False)
    demands_second_factor = models.BooleanField(
        _("second factor demanded"),
        default=False,
        help_text=_("People of this role sign in with a password and a code of their telephone."),
    )
    users = models.ManyToManyField(
        "people.User", through="RoleMember", related_name="roles", verbose_name=_("people"), blank=True
    )

    class Meta(Dictionary.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")


class RoleMember(DictionaryBase):
    """A person has a role."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="members")
    user = models.ForeignKey("people.User", models.CASCADE, related_name="role_members")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "user"], name="role_once_per_person")]


class Permission(DictionaryBase):
    """A role may do `action` to records of `type` within `scope`, and there read or write these fields.

    `only_fields` empty means all; `except_fields` are taken away. They matter for view and change.
    """

    role = models.ForeignKey(Role, models.CASCADE, related_name="permissions")
    type = models.CharField(_("record type"), max_length=60)
    action = models.CharField(_("action"), max_length=40)
    scope = models.CharField(_("scope"), max_length=12, choices=Scope.choices, default=Scope.ALL)
    only_fields = models.JSONField(_("only these fields"), default=list, blank=True)
    except_fields = models.JSONField(_("not these fields"), default=list, blank=True)

    class Meta:
        verbose_name = _("permission")
        verbose_name_plural = _("permissions")
        constraints = [
            models.UniqueConstraint(fields=["role", "type", "action"], name="one_permission_per_role_and_action")
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.type} {self.action} {self.scope}"


class ModuleState(DictionaryBase):
    """Whether a part of the product is in use (`common.policy.modules`); no row: it is."""

    key = models.SlugField(unique=True)
    is_on = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    def __str__(self) -> str:
        return self.key
