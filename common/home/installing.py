"""What a browser needs to install the product as an app: its name, its colours, its icons."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from common.kinds import formats
from common.organisation.selectors import own_company

TOKENS = Path(settings.BASE_DIR) / "static" / "kontor" / "css" / "tokens.css"
THEMES = {"light": ":root", "dark": '[data-bs-theme="dark"]'}
PRODUCT = "Kontor CRM"
LONGEST_NAME = 45
"""Characters of a name; systems cut longer ones somewhere."""


@cache
def colour(token: str, theme: str = "light") -> str:
    """The value of a colour token of the style sheets, for the few places outside of them that name a colour."""
    block = TOKENS.read_text(encoding="utf-8").partition(f"{THEMES[theme]} {{")[2].partition("\n}")[0]
    found = re.search(rf"--k-{re.escape(token)}: (#[0-9a-f]{{6}});", block)
    if found is None:
        raise ValueError(f"tokens.css has no --k-{token} for {theme}.")
    return found[1]


def bar_colours() -> dict[str, str]:
    """The colour of the system's bar around a page, by theme: that of the page's own top."""
    return {theme: colour("surface", theme) for theme in THEMES}


def manifest() -> dict[str, Any]:
    """The web app manifest, in the reader's language."""
    company = own_company()
    name = str(company)[:LONGEST_NAME] if company else PRODUCT
    start = reverse("home")
    icons = [("icon-192", 192, "any"), ("icon-512", 512, "any"), ("maskable-512", 512, "maskable")]
    return {
        "id": start, "start_url": start, "scope": start, "display": "standalone", "lang": formats.language(),
        "name": name, "short_name": name, "theme_color": colour("surface"), "background_color": colour("bg"),
        "icons": [
            {
                "src": static(f"kontor/app/{icon}.png"), "sizes": f"{size}x{size}", "type": "image/png",
                "purpose": purpose,
            }
            for icon, size, purpose in icons
        ],
    }  # fmt: skip
