"""The people of a large company: sixty departments in a tree, five to each, and one seller who owns a tenth."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from common.kinds import dictionary
from common.organisation.models import Department
from common.people.models import Membership, User
from common.policy.models import Role, RoleMember

DEPARTMENTS = 58
PER_DEPARTMENT = 5
SHARE_OF_THE_BUSY = 0.1
RARE_DEALS = 30


@dataclass
class Staff:
    """Who owns what: drawn by weight, the busy one a tenth, the rare one nothing but what is dealt to them."""

    busy: User
    rare: User
    sellers: list[User] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def draw(self, lots: Random, size: int) -> list[User]:
        """The owners of so many companies."""
        others = lots.choices(self.sellers, self.weights, k=size)
        return [self.busy if lots.random() < SHARE_OF_THE_BUSY else seller for seller in others]


def hire(lots: Random) -> Staff:
    """Departments below the top one, their heads and sellers; one more seller with next to nothing."""
    top = Department.objects.order_by("pk").first()
    assert top is not None  # noqa: S101  # the presets made it
    seller_role, head_role = (Role.objects.get(slug=slug) for slug in ("manager", "head"))
    regions: list[Department] = []
    staff = Staff(User.objects.get(username="manager1"), _person("rare", top, seller_role))
    for number in range(1, DEPARTMENTS + 1):
        above = top if number <= 8 else regions[number % 8]
        place = Department.objects.create(name=f"Region {number}", parent=above, position=number + 10)
        if number <= 8:
            regions.append(place)
        head = _person(f"head{number}", place, head_role)
        Membership.objects.create(user=head, department=place, is_head=True)
        staff.sellers += [_person(f"seller{number}x{seat}", place, seller_role) for seat in range(1, PER_DEPARTMENT)]
    staff.weights = [1 / (1 + lots.random() * 20) for _seller in staff.sellers]
    dictionary.renew()
    return staff


def _person(username: str, place: Department, role: Role) -> User:
    person = User(
        username=username, first_name=username.capitalize(), last_name=place.name, department=place,
        email=f"{username}@nordhafen.example",
    )  # fmt: skip
    person.set_unusable_password()
    person.save()
    RoleMember.objects.create(role=role, user=person)
    return person
