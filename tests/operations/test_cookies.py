"""What a production server sends with its pages: cookies nobody else gets, and the promise of HTTPS."""

from __future__ import annotations

import json
from pathlib import Path

from tests.operations.production import run

CRAWL = """
import json, django
from django.conf import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
call_command("setup_presets")
from common.people.models import User
from common.policy.models import Role
person = User.objects.create_user("anna", "anna@nordhafen.eu", "a long passphrase 7")
Role.objects.get(slug="administrator").members.create(user=person)
client = Client(headers={"host": "crm.nordhafen.eu", "x-forwarded-proto": "https"})
pages = ["/accounts/login/", "/", "/deals/", "/me/", "/settings/people/", "/nothing-here/"]
def tell(answer):
    cookies = {name: dict(morsel) for name, morsel in answer.cookies.items()}
    return [answer.status_code, dict(answer.headers), cookies]
found = [tell(client.get(pages[0]))]
found.append(tell(client.post(pages[0], {"login": "anna", "password": "a long passphrase 7"})))
found += [tell(client.get(page)) for page in pages[1:]]
found.append(tell(client.post("/me/", {"first_name": "Anna", "theme": "light"})))
print(json.dumps(found))
"""


def test_cookies_are_bound_to_the_host_and_pages_promise_https(tmp_path: Path) -> None:
    done = run("-c", CRAWL, data=str(tmp_path), DATABASE_URL=None, KONTOR_LOG_LEVEL="ERROR")
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    assert [status for status, _headers, _cookies in answers] == [200, 302, 200, 200, 200, 200, 404, 303]
    names = set()
    for _status, headers, cookies in answers:
        assert headers["Strict-Transport-Security"] == "max-age=31536000"
        assert headers["X-Frame-Options"] == "DENY"
        for name, cookie in cookies.items():
            names.add(name)
            if cookie["max-age"] == 0 or "1970" in cookie["expires"]:
                continue  # it is being removed
            assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax", (name, cookie)
            assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert names == {"__Host-csrf", "__Host-session", "messages"}
