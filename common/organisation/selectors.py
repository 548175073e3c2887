from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from common import clock
from common.kinds import dictionary
from common.organisation.models import Department, Holiday, OwnCompany

LONGEST_BREAK = 60


def own_company() -> OwnCompany | None:
    """The company that works with this CRM; None before it is set up."""
    return dictionary.lookup("organisation.own_company", lambda: OwnCompany.objects.in_use().first())


def demands_second_factor() -> bool:
    """Whether everybody has to sign in with a second factor."""
    company = own_company()
    return company is not None and company.demands_second_factor


def allows_keeping() -> bool:
    """Whether browsers may keep pages for reading offline."""
    company = own_company()
    return company is None or company.allows_keeping


def company_zone() -> str:
    """The time zone of reports (IANA name)."""
    company = own_company()
    return company.time_zone if company else "UTC"


def company_today() -> date:
    """Today in the company's time zone: the day reports and stored closing dates go by."""
    return clock.today(company_zone())


def department_children() -> dict[int | None, list[int]]:
    """The ids of the departments right below each department (None: the topmost)."""

    def load() -> dict[int | None, list[int]]:
        children: dict[int | None, list[int]] = defaultdict(list)
        for pk, parent in Department.objects.values_list("pk", "parent_id"):
            children[parent].append(pk)
        return dict(children)

    return dictionary.lookup("organisation.children", load)


def departments() -> list[Department]:
    """The departments that are in use, in order."""
    return dictionary.lookup("organisation.departments", lambda: list(Department.objects.in_use()))


def subtree(department_ids: frozenset[int]) -> frozenset[int]:
    """These departments and all below them."""
    children, found, todo = department_children(), set(), list(department_ids)
    while todo:
        pk = todo.pop()
        if pk not in found:
            found.add(pk)
            todo.extend(children.get(pk, []))
    return frozenset(found)


def _days_off() -> tuple[dict[int, str], set[tuple[int | None, date]]]:
    week = dict(Department.objects.values_list("pk", "days_off"))
    return week, set(Holiday.objects.values_list("department_id", "day"))


def is_working_day(day: date, department_id: int | None) -> bool:
    """Whether the department works on `day` (its week, its holidays and those of all)."""
    week, holidays = dictionary.lookup("organisation.days_off", _days_off)
    if str(day.isoweekday()) in week.get(department_id or 0, "67"):
        return False
    return (None, day) not in holidays and (department_id, day) not in holidays


def next_working_day(day: date, department_id: int | None) -> date:
    """The first working day after `day`; the very next day when there is none in 60."""
    for ahead in range(1, LONGEST_BREAK):
        candidate = day + timedelta(days=ahead)
        if is_working_day(candidate, department_id):
            return candidate
    return day + timedelta(days=1)
