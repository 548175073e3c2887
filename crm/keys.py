"""How addresses, telephone numbers and names are compared: both sides of every comparison go through here."""

import re
from urllib.parse import urlsplit

from common.kinds.words import digits, title_sort

_PUBLIC = """
gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com
gmx.de gmx.net gmx.com web.de t-online.de freenet.de proton.me protonmail.com zoho.com mail.com orange.fr
laposte.net free.fr libero.it virgilio.it seznam.cz wp.pl o2.pl interia.pl mail.ru bk.ru inbox.ru list.ru
internet.ru yandex.ru ya.ru yandex.com rambler.ru ukr.net i.ua qq.com 163.com 126.com naver.com
"""
PUBLIC = frozenset(_PUBLIC.split())
_LEGAL_FORMS = """
gmbh ag kg ohg gbr ug se mbh cokg ltd limited llc llp plc inc incorporated corp corporation co company
sa sas sarl sl srl spa bv nv ab as oy aps zoo sro kft ооо оао зао пао ао ип тоо чп тов
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
WORD = re.compile(r"[^\W_]+")
DOTTED = re.compile(r"(?<=\b[^\W_])\.\s?(?=[^\W_]\b)")
SHORTEST_PHONE = 7


def email_key(email: str) -> str:
    """An address as addresses are compared."""
    return email.strip().casefold()


def phone_key(phone: str) -> str:
    """The last nine digits: enough to tell, without the ways to write country and area codes."""
    return digits(phone)[-9:]


def domain_of(text: str) -> str:
    """The domain of a web or mail address, lower case, without `www.`; empty for public mail services."""
    value = text.strip().casefold()
    if "@" in value:
        host = value.rpartition("@")[2]
    else:
        try:
            host = urlsplit(value if "//" in value else f"//{value}").hostname or ""
        except ValueError:
            host = ""
    host = host.removeprefix("www.").rstrip(".")
    return "" if host in PUBLIC or "." not in host else host


def name_words(name: str) -> list[str]:
    """The words of a company's name that tell: folded, without punctuation and legal forms."""
    words = WORD.findall(DOTTED.sub("", title_sort(name)))
    return [word for word in words if word not in LEGAL_FORMS] or words


def name_key(name: str) -> str:
    """A company's name as names are compared: "Lackwerk Moers GmbH & Co. KG" is "lackwerk moers"."""
    return " ".join(name_words(name))


def split_name(text: str) -> dict[str, str]:
    """First and last name of a name in one text: "Vogt, Petra" and "Petra Vogt" alike."""
    last, comma, first = (part.strip() for part in text.partition(","))
    if not comma:
        first, _space, last = (part.strip() for part in text.strip().rpartition(" "))
    return {"first_name": first[:80], "last_name": last[:80]}
