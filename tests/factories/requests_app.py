from __future__ import annotations

from typing import Any

from common.changes import services as changes
from common.changes.services import Actor
from requests_app.models import Request, SiteForm
from tests.factories.common import SETUP, number
from tests.factories.crm import source


def request(department: Any = None, owner: Any = None, *, by: Actor = SETUP, **values: Any) -> Request:
    """A request in a department, by default of nobody."""
    given = {
        "name": "Diaphragm pumps for paint line", "text": "Please offer six pumps.", "first_name": "Petra",
        "last_name": "Vogt", "email": "p.vogt@lackwerk-moers.example", "company_name": "Lackwerk Moers", **values,
    }  # fmt: skip
    return changes.create(
        Request, given, by=by, owner=owner, department=department or (owner and owner.department)
    )


def site_form(department: Any = None) -> SiteForm:
    """A public form whose source belongs to the department."""
    n = number()
    return SiteForm.objects.create(name=f"Form {n}", slug=f"form-{n}", source=source(department))
