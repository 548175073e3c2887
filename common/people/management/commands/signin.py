from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from common.people import services
from common.people.models import User


class Command(BaseCommand):
    """Print a link that signs a person in once."""

    help = "Print a one-time sign-in link for a person, or for everybody of the demo company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="user name")
        parser.add_argument("--all", action="store_true", help="one link for each active person")
        parser.add_argument("--base", default=settings.SITE_URL, help="address of the server")

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.filter(is_active=True).order_by("pk")
        if not options["all"]:
            if not options["name"]:
                raise CommandError("Give a user name, or --all.")
            people = people.filter(username=options["name"])
            if not people:
                raise CommandError(f"Nobody active is called {options['name']}.")
        for user in people[:20]:
            path = reverse("sign-in-link", args=[services.new_sign_in_link(user)])
            roles = ", ".join(str(role) for role in user.roles.all())
            self.stdout.write(f"  {user.username:<11} {options['base'].rstrip('/')}{path}  {user.full_name} ({roles})")
