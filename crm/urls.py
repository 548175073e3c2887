"""Companies, contacts and leads: three namespaces, one app."""

from common.records.routes import urls

companies = (urls("crm.company"), "companies")
contacts = (urls("crm.contact"), "contacts")
leads = (urls("crm.lead"), "leads")
