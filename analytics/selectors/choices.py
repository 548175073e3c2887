"""What the reports can be narrowed to."""

from __future__ import annotations

from common.organisation.models import Department
from common.people.models import User
from common.policy.principal import principal_of
from common.policy.scopes import grants
from deals.models import Deal, Pipeline
from deals.selectors import boards_for


def departments(user: User) -> list[Department]:
    """The departments a person sees deals of."""
    principal = principal_of(user)
    rows = Department.objects.in_use()
    if not any(grant.scope == "all" for grant in grants(principal, Deal, "view")):
        rows = rows.filter(pk__in=sorted(principal.subtree))
    return list(rows)


def owners(user: User) -> list[User]:
    """The people whose deals a person may see."""
    principal = principal_of(user)
    rows = User.objects.filter(is_active=True)
    if not any(grant.scope == "all" for grant in grants(principal, Deal, "view")):
        rows = rows.filter(department__in=sorted(principal.subtree))
    return list(rows)


def pipelines(user: User) -> list[Pipeline]:
    """The pipelines in use, those of the person's department first."""
    return boards_for(user, principal_of(user))
