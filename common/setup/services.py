from __future__ import annotations

from typing import Any

from common.kinds import dictionary
from common.people.models import User
from common.policy.models import RoleMember


def give_roles(user: User, data: dict[str, Any], by: User) -> None:
    """Make the roles of a person exactly those chosen in the form."""
    if "roles" not in data:
        return
    wanted = {role.pk for role in data["roles"]}
    have = set(user.role_members.values_list("role_id", flat=True))
    user.role_members.filter(role__in=have - wanted).delete()
    RoleMember.objects.bulk_create(RoleMember(user=user, role_id=key) for key in sorted(wanted - have))
    dictionary.renew()
