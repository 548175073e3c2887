"""Mail domains: which tell a company, and which everybody uses."""

from urllib.parse import urlsplit

PUBLIC = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com "
    "gmx.de gmx.net gmx.com web.de t-online.de freenet.de proton.me protonmail.com zoho.com mail.com orange.fr "
    "laposte.net free.fr libero.it virgilio.it seznam.cz wp.pl o2.pl interia.pl mail.ru bk.ru inbox.ru list.ru "
    "internet.ru yandex.ru ya.ru yandex.com rambler.ru ukr.net i.ua qq.com 163.com 126.com naver.com".split()
)


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
