"""Reads the signature of a mail: who writes, from which company, how to reach them. Plain rules, no guessing twice."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.keys import LEGAL_FORMS, WORD, domain_of

LONGEST = 4000
BREAK = re.compile(r"[\n\r|•·]+")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SITE = re.compile(r"(?:https?://|www\.)[^\s,;<>]+", re.IGNORECASE)
PHONE = re.compile(r"\+?\(?\d[\d\s()/.\-]{5,}\d")
FAX = re.compile(r"\b(?:fax|факс)\b|^f[:.\s]", re.IGNORECASE)
POSTAL = re.compile(r"\b\d{4,6}\b")
GREETING = re.compile(
    r"^(?:--|best|kind|many|warm|regards|sincerely|thanks|cheers|mit |viele|freundliche|с уважением|всего|спасибо)",
    re.IGNORECASE,
)
NAME = re.compile(r"^[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}$")


@dataclass
class Signature:
    """What a signature says; empty where it says nothing."""

    first_name: str = ""
    last_name: str = ""
    job_title: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""
    address: str = ""


def read(text: str) -> Signature:
    """The parts of a pasted signature."""
    found = Signature()
    for line in (part.strip(" \t,") for part in BREAK.split(text[:LONGEST].replace("\x00", ""))):
        if line and not GREETING.match(line):
            _take(found, line)
    return found


def _take(found: Signature, line: str) -> None:
    if email := EMAIL.search(line):
        found.email = found.email or email.group()
    rest = EMAIL.sub(" ", line)
    if site := SITE.search(rest):
        found.website = found.website or _address(site.group())
        rest = SITE.sub(" ", rest)
    if (phone := PHONE.search(rest)) and sum(c.isdigit() for c in phone.group()) > 6:  # a short number is none
        if not FAX.search(line):
            found.phone = found.phone or phone.group().strip()
    elif rest.strip() == line:
        _take_words(found, line)


def _address(text: str) -> str:
    site = text.rstrip("./")
    return site if "://" in site else f"https://{site}"


def _take_words(found: Signature, line: str) -> None:
    """A line of words alone: company by its legal form, address by its postal code, else name, then job title."""
    words = WORD.findall(line.casefold().replace(".", ""))
    if LEGAL_FORMS & set(words) and not found.company_name:
        found.company_name = line[:200]
    elif POSTAL.search(line):
        found.address = found.address or line[:250]
    elif NAME.match(line) and not found.last_name and line != line.lower():
        found.first_name, _space, found.last_name = line.rpartition(" ")
    elif (
        found.last_name and not found.job_title and not POSTAL.search(line) and len(words) <= 6
    ):  # longer lines are sentences
        found.job_title = line[:120]


def company_of(found: Signature) -> str:
    """The company's name: as said, else by the domain of the mail address."""
    return found.company_name or domain_of(found.email).partition(".")[0].capitalize()
