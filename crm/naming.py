"""The names of companies as they are compared: a projection of name and alternative names."""

from __future__ import annotations

from common.events.models import Event
from crm.keys import name_key
from crm.models import Company, CompanyName

LONGEST = 200


def project_names(event: Event, company: Company) -> None:
    """Follow the names of a company."""
    if {"name", "alternative_names"} & set(event.changes()):
        rebuild_names(company)


def rebuild_names(company: Company) -> None:
    """Write the comparable names of a company anew."""
    main = name_key(company.name)[:LONGEST]
    others = {name_key(part)[:LONGEST] for part in company.alternative_names.split(",") if part.strip()} - {
        main
    }
    CompanyName.objects.filter(company=company).delete()
    CompanyName.objects.bulk_create(
        [
            CompanyName(company=company, key=main),
            *(CompanyName(company=company, key=key, is_alternative=True) for key in sorted(others)),
        ]
    )
