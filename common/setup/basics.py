"""The presets of the platform: countries, currencies with first rates, the company, its first person."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale

from common.kinds import dictionary
from common.money.models import Currency, Rate
from common.organisation.models import Department, OwnCompany
from common.organisation.selectors import company_today
from common.people.models import User
from common.places.models import Country
from common.policy import presets as policy
from common.policy.models import Role, RoleMember

FIRST_PERSON = "admin"
NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})

# Code, name, name in Russian, and what one unit cost in euros: indicative, so that an empty start can
# convert at all. They are stored as the rates of the day of the start; daily rates take their place.
CURRENCIES = (
    ("EUR", "Euro", "Евро", None),
    ("USD", "US dollar", "Доллар США", "0.8640"),
    ("GBP", "Pound sterling", "Фунт стерлингов", "1.1360"),
    ("CHF", "Swiss franc", "Швейцарский франк", "1.0720"),
    ("RUB", "Russian rouble", "Российский рубль", "0.0107"),
    ("PLN", "Polish złoty", "Польский злотый", "0.2360"),
    ("CZK", "Czech koruna", "Чешская крона", "0.0412"),
    ("DKK", "Danish krone", "Датская крона", "0.1339"),
    ("SEK", "Swedish krona", "Шведская крона", "0.0912"),
    ("NOK", "Norwegian krone", "Норвежская крона", "0.0852"),
    ("TRY", "Turkish lira", "Турецкая лира", "0.0205"),
    ("KZT", "Kazakh tenge", "Казахстанский тенге", "0.0017"),
    ("CNY", "Chinese yuan", "Китайский юань", "0.1214"),
)


def load_places() -> None:
    """All countries, with names in both languages."""
    if Country.objects.exists():
        return
    names, russian = (
        {str(code): str(name) for code, name in Locale(language).territories.items()} for language in ("en", "ru")
    )
    codes = [code for code in names if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES]
    Country.objects.bulk_create(
        Country(code=code, name=names[code], names={"ru": russian[code]}) for code in sorted(codes)
    )
    dictionary.renew()


def load_money() -> None:
    """The euro as base, other currencies, and an indicative rate of today for each."""
    if Currency.objects.exists():
        return
    today, rates = company_today(), []
    for position, (code, name, russian, value) in enumerate(CURRENCIES, start=1):
        row = Currency(code=code, name=name, names={"ru": russian}, position=position, is_base=value is None)
        row.save()
        if value is not None:
            rates.append(Rate(currency=row, day=today, value=Decimal(value)))
    Rate.objects.bulk_create(rates)
    dictionary.renew()


def load_organisation() -> None:
    """The own company and a first department."""
    if not OwnCompany.objects.exists():
        OwnCompany.objects.create(name="Our company", names={"ru": "Наша компания"}, position=1)
    if not Department.objects.exists():
        base = Currency.objects.filter(is_base=True).first()
        Department.objects.create(name="Sales", names={"ru": "Отдел продаж"}, currency=base, position=1)


def load_people() -> None:
    """The roles with their permissions, and one administrator where nobody is there yet."""
    policy.load()
    if User.objects.exists():
        return
    person = User.objects.create_user(FIRST_PERSON, department=Department.objects.order_by("pk").first())
    RoleMember.objects.create(user=person, role=Role.objects.get(slug="administrator"))
