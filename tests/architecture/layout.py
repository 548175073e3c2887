"""What the architecture tests share: where the product's code is and which app stands above which."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

TOP_DOWN = (
    ("config",),
    ("bench",),
    ("api",),
    ("analytics",),
    ("automation",),
    ("telephony",),
    ("finance",),
    ("stock",),
    ("orders",),
    ("mailing",),
    ("requests_app",),
    ("deals",),
    ("crm",),
    ("catalogue",),
    ("office",),
    ("common.home",),
    ("common.demo",),
    (
        "common.setup",
        "common.upkeep",
        "common.importing",
        "common.duplicates",
        "common.search",
        "common.notifications",
        "common.views",
    ),
    ("common.records",),
    ("common.customfields",),
    ("common.delivery", "common.files", "common.tags", "common.numbering"),
    ("common.changes",),
    ("common.events",),
    ("common.jobs",),
    ("common.help",),
    ("common.policy",),
    ("common.spine",),
    ("common.people",),
    ("common.organisation",),
    ("common.money", "common.places"),
    ("common.kinds",),
)
"""Apps from top to bottom; those of one row stand side by side and do not know each other."""

PRODUCT = ("config", "common", *(row[0] for row in TOP_DOWN[2:15]))


def app_of(dotted: str) -> str:
    """The app a module belongs to: `common.people.models` → `common.people`, `deals.models` → `deals`."""
    parts = dotted.split(".")
    return ".".join(parts[:2]) if parts[0] == "common" else parts[0]


def height(app: str) -> int | None:
    """How high the app stands (0 is the bottom); None for code of others."""
    for index, row in enumerate(reversed(TOP_DOWN)):
        if app in row:
            return index
    return None


def python_files() -> Iterator[Path]:
    """Every module of the product, without migrations and tests."""
    for folder in PRODUCT:
        for file in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file


def templates() -> Iterator[Path]:
    """Every template of the product."""
    for folder in ("templates", *PRODUCT):
        yield from sorted((ROOT / folder).rglob("*.html"))


def short(file: Path) -> str:
    """A file's path as a person names it."""
    return str(file.relative_to(ROOT))


@cache
def tree(file: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(file.read_text())


def is_module(file: Path, *names: str) -> bool:
    """Whether the file is, or lies in the package of, one of an app's modules of these names."""
    folders = file.relative_to(ROOT).parts[:-1]
    inside = folders[2 if folders[:1] == ("common",) else 1 :]
    return any(part in names for part in (file.stem, *inside))
