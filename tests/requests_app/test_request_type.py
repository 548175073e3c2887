from __future__ import annotations

from typing import Any

from requests_app.models import Request
from tests.factories import catalogue, common, crm, deals, requests_app
from tests.records.suite import RecordTypeSuite


class TestRequestType(RecordTypeSuite):
    key = "requests_app.request"
    role = "head"
    other = {"text": "Told anew"}
    own_queries = 1  # matching asks seven; what a record page has and this one has not makes up for six

    def make(self, **values: Any) -> Request:
        return requests_app.request(**{"owner": self.person, **values})

    def rich(self) -> dict[str, Any]:
        of, home = self.person, common.country(common.code())
        return {"company": crm.company(owner=of), "contact": crm.contact(owner=of), "lead": crm.lead(owner=of),
                "source": crm.source(), "country": home, "products": [catalogue.product()], "tags": [common.tag()],
                "coowners": [common.user()], "deal": deals.deal(of), "status": "processed"}  # fmt: skip

    def form_data(self) -> dict[str, Any]:
        return {"name": "Ropes", "first_name": "Ada", "email": "ada@seilwerk.example", "text": "How much?"}
