"""Draws the icons of the installed app from the mark of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from defusedxml import ElementTree  # type: ignore[import-untyped]  # it has none
from PIL import Image, ImageDraw

SVG = "{http://www.w3.org/2000/svg}"
STEPS = re.compile(r"([MmLlHhVv])([^A-Za-z]*)")
NUMBER = re.compile(r"-?\d*\.?\d+")
FINER = 4
"""Drawn so many times larger and made small again, for smooth edges."""

SIZES: dict[str, tuple[int, bool, float]] = {
    "icon-192.png": (192, True, 1.0),
    "icon-512.png": (512, True, 1.0),
    "maskable-512.png": (512, False, 0.72),
    "apple-touch-icon.png": (180, False, 0.86),
}
"""File → size, whether its corners are round, how large the sign stands in it. Systems cut the shape of the others."""

Point = tuple[float, float]


def write(mark: Path, folder: Path) -> None:
    """Write every icon of `SIZES` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (size, is_round, share) in SIZES.items():
        draw(mark, size, is_round=is_round, share=share).save(folder / name, optimize=True)


def draw(mark: Path, size: int, *, is_round: bool, share: float) -> Image.Image:
    """The mark in `size` pixels: its ground, and its lines taking `share` of their place."""
    root = ElementTree.parse(mark).getroot()
    ground, path = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    if ground is None or path is None:
        raise ValueError(f"{mark} needs one rect and one path.")
    whole, unit = size * FINER, size * FINER / float(root.attrib["width"])
    image = Image.new("RGBA" if is_round else "RGB", (whole, whole))
    pen = ImageDraw.Draw(image)
    corner = float(ground.attrib["rx"]) * unit if is_round else 0
    pen.rounded_rectangle((0, 0, whole - 1, whole - 1), corner, fill=ground.attrib["fill"])
    for line in lines(path.attrib["d"]):
        points = [tuple(whole / 2 + (value * unit - whole / 2) * share for value in point) for point in line]
        stroke(pen, points, float(path.attrib["stroke-width"]) * unit * share, path.attrib["stroke"])
    return image.resize((size, size), Image.Resampling.LANCZOS)


def stroke(pen: ImageDraw.ImageDraw, points: list[tuple[float, ...]], width: float, colour: str) -> None:
    """A line through `points` with round ends and joints."""
    pen.line([(x, y) for x, y in points], fill=colour, width=round(width))
    for x, y in points:
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=colour)


def lines(path: str) -> Iterator[list[Point]]:
    """The straight lines of an SVG path, each as its points."""
    x = y = 0.0
    line: list[Point] = []
    for letter, rest in STEPS.findall(path):
        numbers = [float(number) for number in NUMBER.findall(rest)]
        base_x, base_y = (x, y) if letter.islower() else (0.0, 0.0)
        kind = letter.lower()
        if kind == "m" and line:
            yield line
            line = []
        for step in [numbers] if kind in "hv" else [numbers[at : at + 2] for at in range(0, len(numbers), 2)]:
            x = x if kind == "v" else base_x + step[0]
            y = y if kind == "h" else base_y + step[-1]
            line.append((x, y))
            base_x, base_y = (x, y) if letter.islower() else (0.0, 0.0)
    if line:
        yield line
