"""What a production server refuses to start with, each said with the way to mend it."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from config import secret_key

KNOWN_PASSWORDS = {
    *("postgres", "postgresql", "password", "passwd", "kontor", "kontor-crm", "crm", "admin", "root", "secret"),
    *("changeme", "change-me", "test", "123456"),
}
PROOF_OPTIONS = {"passfile", "service", "sslcert", "sslkey"}
"""Options of a PostgreSQL address by which a connection is proven without a password in it."""


def faults(
    *, debug: bool, hosts: Sequence[str], key: str, site_url: str, clock_offset: int, database: Mapping[str, Any]
) -> list[str]:
    """Everything that is unsafe, one sentence each; empty: the server may start."""
    found = []
    if debug:
        found.append("KONTOR_DEBUG is on: its pages show code and settings to strangers. Unset it.")
    if not hosts or any(host.strip() in ("*", ".", "") for host in hosts):
        found.append(
            "ALLOWED_HOSTS must name the server's host names, separated by commas; “*” lets anybody pose as it."
        )
    if secret_key.is_weak(key):
        found.append(
            "SECRET_KEY must be at least 50 random characters that stand in no example. Make one: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    if clock_offset:
        found.append("KONTOR_CLOCK_OFFSET moves the product's clock; it is for demonstrations. Unset it.")
    return [*found, *_site_faults(site_url, hosts), *_database_faults(database)]


def _site_faults(site_url: str, hosts: Sequence[str]) -> list[str]:
    if not site_url:
        return ["KONTOR_SITE_URL must be the address people open, such as https://crm.example.com: mails link to it."]
    site = urlsplit(site_url)
    if site.scheme != "https" or not site.hostname or site.path not in ("", "/") or site.query:
        return ["KONTOR_SITE_URL must be https://, a host name and nothing more: cookies are sent over HTTPS only."]
    names = [host.lower() for host in hosts]
    within = any(name.startswith(".") and f".{site.hostname}".endswith(name) for name in names)
    if site.hostname not in names and not within and "*" not in names:
        return [f"ALLOWED_HOSTS must also name {site.hostname}, the host of KONTOR_SITE_URL."]
    return []


def _database_faults(database: Mapping[str, Any]) -> list[str]:
    if "postgresql" not in database["ENGINE"]:
        return []
    password, host = str(database.get("PASSWORD") or ""), str(database.get("HOST") or "")
    if password and (password.lower() in KNOWN_PASSWORDS or password == database.get("USER")):
        return ["The password in DATABASE_URL is one that everybody tries first. Give the database's role another."]
    options = database.get("OPTIONS") or {}
    by_socket = not host and str(options.get("host", "/")).startswith("/") or host.startswith("/")
    if not password and not by_socket and not PROOF_OPTIONS & set(options):
        return ["DATABASE_URL has no password. Give the database's role one and name it there."]
    return []
