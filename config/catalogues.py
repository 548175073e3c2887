"""Message catalogues: `python -m config.catalogues compile | update | check`.

`compile` needs no gettext on the machine; `update` (extract into the .po files) and `check` do.
"""

import re
import shutil
import sys
from pathlib import Path

import django
import polib
from django.core.management import call_command
from django.core.management.commands import makemessages

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
LANGUAGES = ("ru",)
NOT_EXTRACTED = ["node_modules", "build", "var", "tests", ".venv", "config/catalogues.py"]
# The moment of extraction changes with every run and says nothing.
CREATED = re.compile(r'^"POT-Creation-Date: .*\n', re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

MOST_LINES = 20

Key = tuple[str, str, str]


def compile_all() -> None:
    """Write each .mo file that is older than its .po file."""
    for source in LOCALE.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            polib.pofile(str(source)).save_as_mofile(str(target))


def update() -> None:
    """Bring the .po files up to date with the texts of the code and the templates."""
    options = {"locale": LANGUAGES, "ignore_patterns": NOT_EXTRACTED}
    call_command("makemessages", no_obsolete=True, no_wrap=True, add_location="file", **options)
    for path in LOCALE.glob("*/LC_MESSAGES/*.po"):
        path.write_text(CREATED.sub("", path.read_text(encoding="utf-8")), encoding="utf-8")


def extracted() -> dict[Key, polib.POEntry]:
    """Every text that code and templates mark for translation; writes no catalogue."""
    found: dict[Key, polib.POEntry] = {}

    class Collect(makemessages.Command):
        def write_po_file(self, potfile: str, locale: str) -> None:
            found.update({key_of(entry): entry for entry in polib.pofile(potfile)})

    call_command(Collect(), locale=LANGUAGES[:1], ignore_patterns=NOT_EXTRACTED, verbosity=0)
    return found


def key_of(entry: polib.POEntry) -> Key:
    """What identifies a text in a catalogue."""
    return entry.msgctxt or "", entry.msgid, entry.msgid_plural or ""


def faults(wanted: dict[Key, polib.POEntry], catalogue: polib.POFile) -> list[str]:
    """What `catalogue` lacks of `wanted`, one sentence per text."""
    have = {key_of(entry): entry for entry in catalogue if not entry.obsolete}
    plurals = re.search(r"nplurals=(\d+)", catalogue.metadata.get("Plural-Forms", ""))
    forms = int(plurals[1]) if plurals else 0
    found = []
    for key, source in wanted.items():
        entry = have.get(key)
        if entry is None:
            fault = "is missing"
        elif entry.fuzzy:
            fault = "is marked fuzzy"
        elif not all(translations(entry, forms)):
            fault = "is not translated (every plural form needs a text)"
        elif names_of(entry.msgid, entry.msgid_plural) != names_of(*translations(entry, forms)):
            fault = "has other placeholders than its translation"
        else:
            continue
        where = f"{source.occurrences[0][0]}:{source.occurrences[0][1]}" if source.occurrences else ""
        found.append(f"{where} “{source.msgid}” {fault}")
    return found


def translations(entry: polib.POEntry, forms: int) -> list[str]:
    """The texts of an entry: one, or one per plural form."""
    if not entry.msgid_plural:
        return [entry.msgstr]
    return [entry.msgstr_plural.get(index, "") for index in range(forms)]


def names_of(*texts: str) -> set[str]:
    """The placeholders in `texts`; a plural form may leave the number out, so the union counts."""
    return {name for text in texts for name in PLACEHOLDER.findall(text.replace("%%", ""))}


def check() -> int:
    """Print what the catalogues lack and return the exit code."""
    if shutil.which("xgettext") is None:
        print("Catalogues: not checked, gettext is not installed.")
        return 0
    wanted = extracted()
    code = 0
    for language in LANGUAGES:
        path = LOCALE / language / "LC_MESSAGES" / "django.po"
        lacking = faults(wanted, polib.pofile(str(path)) if path.exists() else polib.POFile())
        for line in lacking[:MOST_LINES]:
            print(f"{language}: {line}")
        if lacking:
            code = 1
            print(f"{language}: {len(lacking)} texts to mend: `make messages`, then translate them.")
    return code


if __name__ == "__main__":
    django.setup()
    sys.exit({"compile": compile_all, "update": update, "check": check}[sys.argv[1]]())
