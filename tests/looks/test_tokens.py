"""The contrast table of the design, computed from the token file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from common.kinds.tones import Tone

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "kontor" / "css"
TOKENS = (CSS / "tokens.css").read_text(encoding="utf-8")


def tokens_of(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\n\}", TOKENS, re.DOTALL)
    assert block, selector
    return dict(re.findall(r"--k-([a-z0-9-]+):\s*(#[0-9a-f]{6})", block.group(1)))


LIGHT = tokens_of(":root")
DARK = LIGHT | tokens_of('[data-bs-theme="dark"]')


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


GROUNDS = ["surface", "bg", "sunken", "hover"]
TINTS = ["accent-soft", "red-s", "amber-s", "green-s", "blue-s", "grey-s"]
TEXT = (
    [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in GROUNDS]
    + [(ink, tint) for ink in ("ink", "ink-2", "ink-3") for tint in TINTS]
    + [("accent", "accent-soft")]
    + [
        (tone, ground)
        for tone in ("red", "amber", "green", "blue")
        for ground in ("surface", "sunken", "hover", f"{tone}-s")
    ]
    + [("on-fill", fill) for fill in ("accent-fill", "accent-fill-hover", "red-fill")]
    + [("toast-ink", "toast"), ("toast-ink-2", "toast"), ("toast-action", "toast")]
    + [(f"tint-{tint}-ink", f"tint-{tint}") for tint in (0, 1, 2, 3, 4, 5, "none")]
)
TONES = [name.removeprefix("tone-") for name in LIGHT if name.startswith("tone-")]
MARKS = [(f"tone-{tone}", "surface") for tone in TONES] + [
    (mark, "surface") for mark in ("ctl", "red-m", "amber-m", "green-m", "blue-m", "grey-m", "star", "accent")
]


@pytest.mark.parametrize(("theme", "tokens"), [("light", LIGHT), ("dark", DARK)])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_has_a_contrast_of_at_least_4_5(theme: str, tokens: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(tokens[ink], tokens[ground]) >= 4.5, f"{theme}: {ink} on {ground}"


@pytest.mark.parametrize(("theme", "tokens"), [("light", LIGHT), ("dark", DARK)])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_marks_have_a_contrast_of_at_least_3(theme: str, tokens: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(tokens[mark], tokens[ground]) >= 3, f"{theme}: {mark} on {ground}"


def test_dark_redefines_every_colour_that_is_not_the_same_in_both() -> None:
    same = {"on-fill", "paper", "paper-ink", "toast-ink", "toast-ink-2", "toast-action"}
    assert set(LIGHT) - same == set(tokens_of('[data-bs-theme="dark"]'))


def test_only_the_token_file_has_hex_colours() -> None:
    others = [path for path in CSS.glob("*.css") if path.name != "tokens.css"]
    found = {path.name: re.findall(r"#[0-9a-fA-F]{3,8}\b", path.read_text(encoding="utf-8")) for path in others}
    assert {name: colours for name, colours in found.items() if colours} == {}


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"(--k-[a-z0-9-]+):", TOKENS))
    used = {
        name
        for path in CSS.glob("*.css")
        for name in re.findall(r"var\((--k-[a-z0-9-]+)", path.read_text(encoding="utf-8"))
    }
    assert used <= defined, used - defined


def test_no_style_sheet_is_longer_than_400_lines() -> None:
    assert all(len(path.read_text(encoding="utf-8").splitlines()) <= 400 for path in CSS.glob("*.css"))


def test_every_icon_that_a_template_names_is_in_the_list_of_the_sprite() -> None:
    listed = set((ROOT / "static" / "kontor" / "icons.txt").read_text(encoding="utf-8").split())
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'\{% icon "([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named <= listed, named - listed


def test_every_tone_that_can_be_chosen_has_a_colour() -> None:
    assert set(TONES) == set(Tone.values)
