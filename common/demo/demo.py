"""The house of the demonstration: Nordhafen, its departments and people, its calendar and exchange rates."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from math import exp, pi, sin

from common.demo.builders import ZONE, register
from common.demo.scene import Scene, Text
from common.kinds import dictionary
from common.money.models import Currency, Rate
from common.organisation.models import Department, Holiday, OwnCompany
from common.people.models import Membership, User
from common.places.models import Country
from common.policy.models import Role, RoleMember

RATE_DAYS = 860
"""How far back the demonstration goes: a rate for every day of 28 months."""

# User name, first and last name, role, department, further departments.
PEOPLE: tuple[tuple[str, Text, Text, str, str, tuple[str, ...]], ...] = (
    ("manager1", ("Anna", "Анна"), ("Berg", "Берг"), "manager", "dach", ()),
    ("manager2", ("Boris", "Борис"), ("Orlov", "Орлов"), "manager", "dach", ()),
    ("manager3", ("Clara", "Клара"), ("Duval", "Дюваль"), "manager", "international", ()),
    ("head", ("Erik", "Эрик"), ("Lindner", "Линднер"), "head", "dach", ()),
    ("operator", ("Frieda", "Фрида"), ("Arndt", "Арндт"), "operator", "dach", ("international",)),
    ("executive", ("Helena", "Елена"), ("Petersen", "Петерсен"), "executive", "sales", ()),
    ("accountant", ("Martin", "Мартин"), ("Vogel", "Фогель"), "accountant", "sales", ()),
    ("admin", ("Ingrid", "Ингрид"), ("Sommer", "Зоммер"), "administrator", "sales", ()),
)
DEPARTMENTS: tuple[tuple[str, Text, str, str], ...] = (
    ("dach", ("Sales DACH", "Продажи DACH"), "EUR", "DE"),
    ("international", ("Sales International", "Международные продажи"), "EUR", "GB"),
)
# Currency: how far its rate strays from today's in two years, and in a season.
CURRENCIES = {"USD": (0.055, 0.02), "GBP": (0.03, 0.012), "CHF": (0.025, 0.008), "RUB": (0.11, 0.05)}


def build(scene: Scene) -> None:
    """Company, departments, holidays, people, rates."""
    company = OwnCompany.objects.order_by("pk").first() or OwnCompany()
    company.name, company.names, company.time_zone = "Nordhafen", {}, ZONE
    company.save()
    _build_departments(scene)
    _build_holidays(scene)
    _build_people(scene)
    _build_rates(scene)
    dictionary.renew()


def _build_departments(scene: Scene) -> None:
    top = Department.objects.order_by("pk").first()
    assert top is not None  # noqa: S101  # the presets made it
    scene.departments["sales"] = top
    for position, (key, (name, russian), currency, country) in enumerate(DEPARTMENTS, start=2):
        scene.departments[key] = Department.objects.create(
            name=name, names={"ru": russian}, parent=top, position=position,
            currency=Currency.objects.get(code=currency), country=Country.objects.get(code=country),
        )  # fmt: skip


def _build_people(scene: Scene) -> None:
    for username, first, last, role, home, others in PEOPLE:
        person = User.objects.filter(username=username).first() or User(username=username)
        person.first_name, person.last_name = scene.say(first), scene.say(last)
        person.email = f"{first[0]}.{last[0]}@nordhafen.example".lower()
        person.department = scene.departments[home]
        person.language, person.time_zone = scene.language, ZONE
        person.joined_at = scene.at(scene.ago(RATE_DAYS))
        if not person.pk:
            person.set_unusable_password()
        person.save()
        RoleMember.objects.get_or_create(role=Role.objects.get(slug=role), user=person)
        for key in others:
            Membership.objects.create(user=person, department=scene.departments[key])
        if role == "head":
            Membership.objects.create(user=person, department=scene.departments[home], is_head=True)
        scene.people[username] = person


def _build_holidays(scene: Scene) -> None:
    dach = scene.departments["dach"]
    for year in range(scene.today.year - 2, scene.today.year + 2):
        easter = _easter(year)
        common: list[tuple[date, Text]] = [
            (date(year, 1, 1), ("New Year", "Новый год")),
            (date(year, 12, 25), ("Christmas Day", "Рождество")),
            (date(year, 12, 26), ("Boxing Day", "Второй день Рождества")),
        ]
        german: list[tuple[date, Text]] = [
            (easter - timedelta(days=2), ("Good Friday", "Страстная пятница")),
            (easter + timedelta(days=1), ("Easter Monday", "Пасхальный понедельник")),
            (date(year, 5, 1), ("Labour Day", "День труда")),
            (easter + timedelta(days=39), ("Ascension Day", "Вознесение")),
            (easter + timedelta(days=50), ("Whit Monday", "Духов день")),
            (date(year, 10, 3), ("German Unity Day", "День германского единства")),
        ]
        rows = [Holiday(day=day, name=scene.say(name)) for day, name in common]
        rows += [Holiday(day=day, name=scene.say(name), department=dach) for day, name in german]
        Holiday.objects.bulk_create(rows)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Gauss's method in Butcher's form)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _build_rates(scene: Scene) -> None:
    rows = []
    for code, (slow, quick) in CURRENCIES.items():
        currency = Currency.objects.get(code=code)
        known = set(Rate.objects.filter(currency=currency).values_list("day", flat=True))
        latest = Rate.objects.filter(currency=currency).order_by("-day").first()
        value = latest.value if latest else Decimal(1)
        lots = scene.lots(f"rates {code}")
        shape = (lots.uniform(0, 2 * pi), lots.uniform(0, 2 * pi), slow, quick)
        for back in range(RATE_DAYS):
            day = scene.ago(back)
            strays = Decimal(_stray(back, shape) + lots.uniform(-0.0015, 0.0015) * bool(back))
            if day not in known:
                rows.append(Rate(currency=currency, day=day, value=round(value * (1 + strays), 6)))
    Rate.objects.bulk_create(rows, batch_size=500)


def _stray(back: int, shape: tuple[float, float, float, float]) -> float:
    """How far the rate of so many days ago lay from today's: two waves that meet today's value."""
    first, second, slow, quick = shape
    long_wave = sin(first + back / 190) - sin(first)
    short_wave = sin(second + back / 31) - sin(second)
    return exp(slow * long_wave + quick * short_wave) - 1


register(10, build)
