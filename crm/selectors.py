from __future__ import annotations

from common.people.models import User
from common.policy.principal import Principal
from crm.models import Company, Contact

MOST = 50


def contacts_of(user: User | Principal, company: Company) -> list[Contact]:
    """The visible contacts of a company, by name."""
    rows = Contact.objects.for_user(user).filter(company=company.pk).order_by("title_sort", "pk")
    return list(rows[:MOST])
