"""Files of other systems are recognised by their heads and fill our fields."""

from __future__ import annotations

from typing import Any

import pytest

from common.changes import services as changes
from common.importing import profiles
from common.importing.declaring import said_of
from common.importing.headers import plain
from common.importing.models import Import
from common.importing.targets import targets_of
from common.records import registry
from crm.models import Contact
from deals.models import Deal
from tests.factories import crm, deals
from tests.importing.driving import begun, checked, counts, imported, person, text_of
from tests.records.driving import viewer_of

pytestmark = pytest.mark.django_db
EXTRA = {"full_name", "stage"}

# (system, type, name of the file, delimiter, {head: cell}, {field: head that fills it})
FILES: list[tuple[str, str, str, str, dict[str, str], dict[str, str]]] = [
    ("hubspot", "crm.contact", "hubspot-crm-exports-all-contacts-2026-11-15.csv", ",",
     {"Record ID": "51", "First Name": "Petra", "Last Name": "Vogt", "Email": "p@x.example", "Phone Number": "+49 1",
      "Contact owner": "", "Lead Status": "NEW", "Lifecycle Stage": "lead", "Job Title": "Buyer",
      "Company Name": "Lackwerk", "Country/Region": "", "Create Date": "2026-01-02 03:04"},
     {"outer": "Record ID", "email": "Email", "company": "Company Name"}),
    ("hubspot", "deals.deal", "hubspot-crm-exports-deals.csv", ",",
     {"Record ID": "7", "Deal Name": "Valves", "Deal Stage": "New", "Pipeline": "", "Close Date": "2026-12-31",
      "Deal owner": "", "Amount": "12.50", "Associated Company": "Lackwerk", "Deal probability": "0.2"},
     {"name": "Deal Name", "stage": "Deal Stage", "expected_close": "Close Date"}),
    ("pipedrive", "deals.deal", "deals-123-4.csv", ",",
     {"Deal - ID": "9", "Deal - Title": "Valves", "Deal - Value": "100", "Deal - Currency of Value": "EUR",
      "Deal - Organization": "Lackwerk", "Deal - Stage": "New", "Deal - Status": "open", "Deal - Lost reason": ""},
     {"name": "Deal - Title", "company": "Deal - Organization", "currency": "Deal - Currency of Value"}),
    ("pipedrive", "crm.contact", "people-1.csv", ",",
     {"Person - ID": "3", "Person - Name": "Petra Vogt", "Person - Email - Work": "p@x.example",
      "Person - Organization": "Lackwerk", "Person - Marketing status": "subscribed", "Person - Owner": ""},
     {"full_name": "Person - Name", "email": "Person - Email - Work"}),
    ("salesforce", "crm.company", "Account.csv", ",",
     {"Id": "0015g00000AbCdEAAX", "IsDeleted": "0", "MasterRecordId": "", "Name": "Lackwerk", "BillingStreet": "Weg 1",
      "BillingCity": "", "Phone": "+49 1", "Website": "https://x.example", "NumberOfEmployees": "3", "OwnerId": ""},
     {"outer": "Id", "name": "Name", "address": "BillingStreet"}),
    ("salesforce", "deals.deal", "report1.csv", ",",
     {"Opportunity Name": "Valves", "Account Name": "Lackwerk", "Opportunity Owner": "", "Stage": "New",
      "Amount": "5", "Fiscal Period": "Q4-2026", "Probability (%)": "10", "Close Date": "2026-12-31"},
     {"name": "Opportunity Name", "company": "Account Name", "probability": "Probability (%)"}),
    ("zoho", "crm.lead", "Leads_001.csv", ",",
     {"Record Id": "zcrm_1", "Lead Owner": "", "Lead Owner.id": "1", "First Name": "Petra", "Last Name": "Vogt",
      "Company": "Lackwerk", "Email": "p@x.example", "No. of Employees": "1", "Email Opt Out": "false"},
     {"company_name": "Company", "last_name": "Last Name"}),
    ("zoho", "deals.deal", "Deals_001.csv", ",",
     {"Record Id": "zcrm_4", "Deal Owner": "", "Deal Owner.id": "2", "Deal Name": "Valves", "Account Name": "Lackwerk",
      "Account Name.id": "zcrm_9", "Amount": "5", "Stage": "New", "Closing Date": "2026-12-31"},
     {"name": "Deal Name", "company": "Account Name", "expected_close": "Closing Date"}),
    ("bitrix24", "crm.lead", "LEAD_2026.csv", ";",
     {"ID": "5", "Название лида": "Насосы", "Статус": "Новый", "Имя": "Иван", "Фамилия": "Петров",
      "Название компании": "Завод", "Рабочий телефон": "+7 1", "Рабочий e-mail": "i@x.example", "Обращение": "",
      "Возможная сумма": "1", "Ответственный": ""},
     {"first_name": "Имя", "company_name": "Название компании", "phone": "Рабочий телефон"}),
    ("bitrix24", "deals.deal", "DEAL_2026.csv", ";",
     {"ID": "6", "Название сделки": "Насосы", "Стадия сделки": "New", "Сумма": "5", "Валюта": "EUR",
      "Компания": "Завод", "Сделка закрыта": "нет", "Ответственный": ""},
     {"name": "Название сделки", "company": "Компания", "amount": "Сумма"}),
    ("amocrm", "deals.deal", "amocrm_export_leads.csv", ";",
     {"ID": "8", "Название сделки": "Насосы", "Бюджет, руб": "5", "Ответственный": "", "Этап сделки": "New",
      "Теги сделки": "", "Полное имя контакта": "", "Компания": "Завод", "Кем редактирована": ""},
     {"name": "Название сделки", "amount": "Бюджет, руб"}),
    ("djangocrm", "crm.contact", "contacts.csv", ",",
     {"first_name": "Petra", "last_name": "Vogt", "title": "Buyer", "sex": "F", "was_in_touch": "", "phone": "+49 1",
      "email": "p@x.example", "secondary_email": "", "city_name": "", "company": "Lackwerk", "disqualified": "0",
      "massmail": "1"},
     {"first_name": "first_name", "job_title": "title", "company": "company"}),
    ("micropyramid", "crm.contact", "contacts.csv", ",",
     {"first_name": "Petra", "last_name": "Vogt", "email": "p@x.example", "phone": "+49 1", "organization": "",
      "title": "Buyer", "account_name": "Lackwerk", "assigned_emails": "", "team_names": "", "tags": ""},
     {"company": "account_name", "job_title": "title"}),
    ("espocrm", "crm.contact", "Contact.csv", ",",
     {"id": "5f1d3c2b1a0f9e8d7", "firstName": "Petra", "lastName": "Vogt", "emailAddress": "p@x.example",
      "accountName": "Lackwerk", "phoneNumber": "+49 1", "addressCity": ""},
     {"email": "emailAddress", "company": "accountName"}),
    ("suitecrm", "deals.deal", "Opportunities.csv", ",",
     {"id": "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "name": "Valves", "sales_stage": "New", "amount": "5",
      "date_closed": "2026-12-31", "account_name": "Lackwerk", "amount_usdollar": "5"},
     {"stage": "sales_stage", "expected_close": "date_closed"}),
    ("odoo", "deals.deal", "crm.lead.csv", ",",
     {"id": "x.1", "name": "Valves", "partner_id": "Lackwerk", "stage_id": "New", "expected_revenue": "5",
      "date_deadline": "2026-12-31"},
     {"name": "name", "amount": "expected_revenue"}),
]  # fmt: skip
NAMES = [f"{system}-{type_key}" for system, type_key, *_rest in FILES]


def test_profiles_fill_only_fields_that_exist() -> None:
    viewer = viewer_of(person())
    for table in profiles.tables():
        kind = registry.get(table.type)
        wholes = {whole.key for whole in said_of(kind).wholes}
        unknown = table.columns.keys() - targets_of(kind, viewer).keys() - wholes
        assert not unknown, (table.system, table.type, unknown)


@pytest.mark.parametrize(("system", "type_key", "name", "delimiter", "row", "filled"), FILES, ids=NAMES)
def test_a_file_of_another_system_is_recognised_and_imported(
    system: str, type_key: str, name: str, delimiter: str, row: dict[str, str], filled: dict[str, str]
) -> None:
    by = person()
    deals.pipeline()
    imp = begun(text_of([[*row], [*row.values()]], delimiter), "", by, name)
    assert (imp.source, imp.type) == (system, type_key)
    told = {key: head for head, key in zip(imp.headers, imp.columns, strict=True) if key}
    assert {key: told.get(key) for key in filled} == filled
    done = imported(text_of([[*row], [*row.values()]], delimiter), type_key, by, name=name)
    assert counts(done) == {"new": 1}, [item.errors for item in done.rows.all()]
    again = imported(text_of([[*row], [*row.values()]], delimiter), type_key, by, name=name)
    assert counts(again) == {"unchanged": 1}, [item.errors for item in again.rows.all()]


def test_files_of_one_system_find_each_other_by_its_keys() -> None:
    by = person()
    companies = [["Id", "IsDeleted", "MasterRecordId", "Name", "BillingCity"], ["001A00000000001", "0", "", "Acme", ""]]
    people = [["Id", "FirstName", "LastName", "AccountId", "ReportsToId", "MailingCity"],
              ["003A00000000001", "Petra", "Vogt", "001A00000000001", "", ""]]  # fmt: skip
    imported(text_of(companies), "", by, name="Account.csv")
    assert counts(imported(text_of(people), "", by, name="Contact.csv")) == {"new": 1}
    assert Contact.objects.get().company is not None


def test_keys_of_unknown_systems_are_not_mixed_up() -> None:
    by, keys = person(), {"Id": "outer"}
    one = text_of([["Id", "Last name"], ["7", "Vogt"]])
    other = text_of([["Id", "Last name", "Job title"], ["7", "Roth", "Buyer"]])
    assert counts(imported(one, "crm.contact", by, columns=keys)) == {"new": 1}
    assert counts(imported(other, "crm.contact", by, columns=keys)) == {"new": 1}
    assert counts(imported(one, "crm.contact", by, columns=keys)) == {"unchanged": 1}


def test_lines_after_the_table_of_a_report_are_no_rows() -> None:
    by = person()
    rows: list[list[Any]] = [
        ["Opportunity Name", "Account Name", "Opportunity Owner", "Stage", "Fiscal Period"],
        ["Valves", "Lackwerk", "", "", "Q4"], [], ["Copyright (c) 2000-2026 salesforce.com, inc."],
        ["Confidential Information - Do Not Distribute"],
    ]  # fmt: skip
    assert begun(text_of(rows), "", by, "report.csv").total == 1


def test_a_file_of_nobody_is_filled_by_the_names_of_its_columns() -> None:
    imp = begun(
        text_of([["Vorname", "Last name", "E-Mail", "telephone"], ["a", "b", "c", "d"]]), "crm.contact", person()
    )
    assert (imp.source, imp.columns) == ("", ["", "last_name", "email", "phone"])


def test_what_was_chosen_is_remembered_for_files_with_the_same_heads() -> None:
    by, other = person(), person()
    file = text_of([["Mail", "Name"], ["p@x.example", "Vogt"]])
    checked(file, "crm.contact", by, columns={"Mail": "email", "Name": "last_name"})
    assert begun(file, "crm.contact", other).columns == ["email", "last_name"]
    assert begun(file, "crm.lead", other).columns != ["email", "last_name"]


def test_a_stage_of_another_system_is_chosen_once_and_closes_deals() -> None:
    by = person()
    deals.reason("won")
    won = deals.stage(deals.pipeline(), "Won")
    crm.company("Lackwerk", owner=by)
    file = text_of([["Deal Name", "Deal Stage", "Deal owner", "Amount", "Associated Company", "Deal probability"],
                    ["Valves", "Vertrag da", "", "5", "Lackwerk", ""]])  # fmt: skip
    imp = checked(file, "deals.deal", by)
    assert (imp.source, imp.unknown, counts(imp)) == ("hubspot", {"stage": [["Vertrag da", 1]]}, {"failed": 1})
    done = imported(file, "deals.deal", by, choices={"stage": {"vertrag da": str(won.pk)}})
    assert counts(done) == {"new": 1}
    assert (Deal.objects.get().stage, Deal.objects.get().closed_on is None) == (won, False)
    assert counts(imported(file, "deals.deal", by)) == {"unchanged": 1}


def test_a_stage_that_asks_for_fields_is_foreseen() -> None:
    by = person()
    asking = deals.stage(deals.pipeline(), "Proposal")
    asking.required_fields = ["amount"]
    changes.save_dictionary(asking, by=by)
    crm.company("Lackwerk", owner=by)
    heads = ["Name", "Company", "Stage", "Amount"]
    rows = [["Valves", "Lackwerk", "Proposal", ""], ["Pumps", "Lackwerk", "Proposal", "5"]]
    imp = checked(text_of([heads, *rows]), "deals.deal", by)
    assert counts(imp) == {"new": 1, "failed": 1}
    assert [row.errors for row in imp.rows.filter(outcome="failed")] == [
        [{"column": 3, "text": "“Amount” is required."}]
    ]
    for amount, outcome in ((None, "failed"), ("5", "updated")):
        known = deals.deal(by, amount=amount)
        file = text_of([["Number", "Stage"], [f"D-{known.number}", "Proposal"]])
        assert counts(checked(file, "deals.deal", by)) == {outcome: 1}


def test_heads_are_compared_without_stars_case_and_marks() -> None:
    assert plain("\ufeff Deal - Title* ") == plain("deal - title")
    assert isinstance(Import().columns, list)
