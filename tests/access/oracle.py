"""Who may do what, told a second time from the prose of ARCHITECTURE.md, "One policy".

Knows nothing of the product's scopes: it walks plain facts about people, departments and rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from common.organisation.models import Department
from tests.access.world import PARTS, Row

CONTACT_DETAILS = dict.fromkeys(("crm.company", "crm.contact", "crm.lead", "requests_app.request"), ("email", "phone"))


@dataclass(frozen=True)
class Right:
    """One line of a role: an action on a type, how far, which fields."""

    type: str
    action: str
    scope: str
    only: frozenset[str] = frozenset()
    excepted: frozenset[str] = frozenset()


@dataclass
class Persona:
    """A person as the prose sees them. `homes`: the departments they work in; `shares`: theirs shares its work;
    `withheld`: what is taken away from them, whatever their rights say."""

    user_id: int
    rights: list[Right] = field(default_factory=list)
    homes: set[int] = field(default_factory=set)
    shares: bool = True
    everything: bool = False
    may_sign_in: bool = True
    withheld: frozenset[str] = frozenset()


def may(persona: Persona, action: str, row: Row) -> bool:
    """Whether the persona may do `action` to the record."""
    return bool(granting(persona, action, row))


def granting(persona: Persona, action: str, row: Row) -> list[Right]:
    """The rights of which each alone lets the persona do it."""
    if not persona.may_sign_in or action in persona.withheld:
        return []
    if persona.everything:
        return [Right(row.type, action, "all")]
    return [right for right in rights_for(persona, row.type, action) if reaches(persona, right, action, row)]


def rights_for(persona: Persona, type_key: str, action: str) -> list[Right]:
    """The rights that speak of it; one that follows the whole takes the reach of the rights on the whole."""
    found: list[Right] = []
    if action in persona.withheld:
        return found
    for right in persona.rights:
        if (right.type, right.action) != (type_key, action):
            continue
        if right.scope != "parent":
            found.append(right)
        elif type_key in PARTS:
            on_whole = "view" if action == "view" else "change"
            for whole in persona.rights:
                if (whole.type, whole.action) == (PARTS[type_key], on_whole) and whole.scope != "parent":
                    found.append(Right(type_key, action, whole.scope, right.only, right.excepted))
    return found


def reaches(persona: Persona, right: Right, action: str, row: Row) -> bool:
    """Whether the record lies within the scope of the right."""

    def takes_part(role: str) -> bool:
        return persona.user_id in row.members.get(role, set())

    own = (row.owner is not None and row.owner.pk == persona.user_id) or takes_part("coowner")
    if action == "view" and takes_part("shared"):
        return True
    match right.scope:
        case "all":
            return True
        case "own":
            return own
        case "assigned":
            return own or takes_part("assignee")
        case "team":
            home = works_there(persona, row.department) and persona.shares
            return own or takes_part("assignee") or home
        case "department":
            return own or takes_part("assignee") or works_there(persona, row.department)
        case "subtree":
            return own or takes_part("assignee") or stands_above(persona, row.department)
    raise AssertionError(right.scope)


def works_there(persona: Persona, department: Department | None) -> bool:
    """The record lies in a department the persona works in."""
    return department is not None and department.pk in persona.homes


def stands_above(persona: Persona, department: Department | None) -> bool:
    """The record lies there or anywhere below."""
    while department is not None:
        if department.pk in persona.homes:
            return True
        department = department.parent
    return False


def covers(right: Right, name: str) -> bool:
    """The right names the field, or names none, and does not take it away."""
    return name not in right.excepted and (name in right.only or not right.only)


def may_read(persona: Persona, row: Row, name: str) -> bool:
    """A field is read where one of the rights to see the record covers it."""
    seen = any(covers(right, name) for right in granting(persona, "view", row))
    return seen and not is_hidden(persona, row.type, name)


def is_hidden(persona: Persona, type_key: str, name: str) -> bool:
    """Contact details are hidden from some people."""
    return "contacts" in persona.withheld and name in CONTACT_DETAILS.get(type_key, ())


def may_write(persona: Persona, row: Row, name: str) -> bool:
    """A field is written where it is read and one of the rights to change the record covers it."""
    return may_read(persona, row, name) and any(covers(r, name) for r in granting(persona, "change", row))


def reads_everywhere(persona: Persona, type_key: str, name: str) -> bool:
    """Lists show, filter and sum a field only where every right to see rows covers it."""
    if is_hidden(persona, type_key, name):
        return False
    if persona.everything:
        return True
    rights = rights_for(persona, type_key, "view")
    return bool(rights) and all(covers(right, name) for right in rights)
