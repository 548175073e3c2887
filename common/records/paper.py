"""Lists and records as PDF: A4, black on white, with the company, the day and "page x of y" on every page.

The fonts come from an npm package that `config.frontend` copies; they are whole, so any name of a customer is written.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, black
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR, BOLD = "Kontor", "Kontor-Bold"
SIDE, TOP, BOTTOM = 40.0, 56.0, 44.0
SIZE, SMALL = 8.5, 7.5
ROW = 15.0
WIDEST_COLUMN, NARROWEST_COLUMN, GAP = 220.0, 26.0, 9.0
MOST_COLUMNS_UPRIGHT = 6
SAMPLE = 200
"""Rows that column widths are measured by."""
BLANKS = str.maketrans({"\u202f": "\xa0", "\r": " ", "\n": " ", "\t": " "})
GREY, LINE = Color(0.35, 0.37, 0.42), Color(0.8, 0.81, 0.84)


@dataclass(frozen=True)
class Head:
    """A column of a table on paper."""

    label: str
    numeric: bool = False


@cache
def load_fonts() -> None:
    """Make the fonts known to ReportLab, once per process."""
    for name, file in ((REGULAR, "regular.ttf"), (BOLD, "bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, settings.BASE_DIR / "build" / "fonts" / file))


def clean(text: object) -> str:
    """One line without the spaces that fonts do not have."""
    return str(text).translate(BLANKS)


def fitted(text: str, width: float, font: str, size: float) -> str:
    """The text, cut with "…" where it is wider."""
    if stringWidth(text, font, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(f"{text[:middle]}…", font, size) <= width:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…"


class NumberedCanvas(Canvas):  # type: ignore[misc]  # ReportLab ships no types
    """Writes company, day and "page x of y" on every page once the number of pages is known."""

    def __init__(self, *args: Any, company: str, today: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._company, self._today = company, today
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # ReportLab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._stamp(number, len(self._pages))
            super().showPage()
        super().save()

    def _stamp(self, number: int, count: int) -> None:
        width, height = self._pagesize
        self.setFont(REGULAR, SMALL)
        self.setFillColor(GREY)
        self.drawString(SIDE, height - 34, fitted(self._company, width - 2 * SIDE - 120, REGULAR, SMALL))
        self.drawRightString(width - SIDE, height - 34, self._today)
        told = _("page %(number)s of %(count)s") % {"number": number, "count": count}
        self.drawRightString(width - SIDE, 26, told)


class Paper:
    """A PDF being written from top to bottom."""

    def __init__(self, title: str, *, company: str, today: str, wide: bool = False) -> None:
        load_fonts()
        self.size = landscape(A4) if wide else A4
        self.width = self.size[0] - 2 * SIDE
        self._file = io.BytesIO()
        self.canvas = NumberedCanvas(self._file, pagesize=self.size, company=clean(company), today=today)
        self.canvas.setTitle(title)
        self.canvas.setCreator("Kontor CRM")
        self.y = self.size[1] - TOP

    def finish(self) -> bytes:
        """The file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()

    def page(self) -> None:
        """Begin a new page."""
        self.canvas.showPage()
        self.y = self.size[1] - TOP

    def room(self, height: float) -> bool:
        """Whether so much fits below; else a new page begins."""
        if self.y - height >= BOTTOM:
            return True
        self.page()
        return False

    def title(self, text: str, note: str = "") -> None:
        """A heading of the file, with a grey note behind it."""
        self.room(28)
        self.y -= 18
        shown = fitted(clean(text), self.width - 80, BOLD, 15)
        self._write(SIDE, shown, BOLD, 15)
        if note:
            self._write(SIDE + stringWidth(shown, BOLD, 15) + 8, clean(note), REGULAR, 10, GREY)
        self.y -= 10

    def heading(self, text: str) -> None:
        """A heading inside a page; what follows stays with it."""
        self.room(48)
        self.y -= 20
        self._write(SIDE, fitted(clean(text), self.width, BOLD, 10.5), BOLD, 10.5)
        self.y -= 6

    def text(self, text: str, *, grey: bool = False) -> None:
        """A paragraph."""
        for line in simpleSplit(clean(text), REGULAR, SIZE, self.width):
            self.room(12)
            self.y -= 12
            self._write(SIDE, line, REGULAR, SIZE, GREY if grey else black)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Labels and values below each other; long values go on over lines and pages."""
        label_width = 150.0
        for label, value in pairs:
            lines = [
                line for part in str(value).splitlines() or [""]
                for line in simpleSplit(clean(part), REGULAR, SIZE, self.width - label_width) or [""]
            ]  # fmt: skip
            for at, line in enumerate(lines):
                self.room(13)
                self.y -= 13
                if not at:
                    self._write(SIDE, fitted(clean(label), label_width - GAP, REGULAR, SIZE), REGULAR, SIZE, GREY)
                self._write(SIDE + label_width, line, REGULAR, SIZE)

    def table(self, heads: Sequence[Head], rows: Sequence[Sequence[str]]) -> None:
        """A table; its head comes again on every page."""
        cleaned = [[clean(cell) for cell in row] for row in rows]
        widths = self._widths(heads, cleaned)
        self._head(heads, widths)
        for row in cleaned:
            if not self.room(ROW):
                self._head(heads, widths)
            self.y -= ROW
            self._row(row, heads, widths, REGULAR, black)
            self._rule(self.y - 4)

    def _head(self, heads: Sequence[Head], widths: Sequence[float]) -> None:
        self.room(2 * ROW)
        self.y -= ROW
        self._row([clean(head.label) for head in heads], heads, widths, BOLD, GREY)
        self._rule(self.y - 4)

    def _row(
        self, row: Sequence[str], heads: Sequence[Head], widths: Sequence[float], font: str, colour: Any
    ) -> None:  # fmt: skip
        left = SIDE
        for text, head, width in zip(row, heads, widths, strict=True):
            shown = fitted(text, width - GAP, font, SIZE)
            place = left + width - GAP - stringWidth(shown, font, SIZE) if head.numeric else left
            self._write(place, shown, font, SIZE, colour)
            left += width

    def _widths(self, heads: Sequence[Head], rows: Sequence[Sequence[str]]) -> list[float]:
        """As wide as what stands in the columns, together as wide as the page; long ones give way first."""
        wanted = [stringWidth(clean(head.label), BOLD, SIZE) + GAP + 0.5 for head in heads]
        for row in rows[:SAMPLE]:
            needed = [stringWidth(text, REGULAR, SIZE) + GAP + 0.5 for text in row]
            wanted = [max(pair) for pair in zip(wanted, needed, strict=True)]
        wanted = [min(max(width, NARROWEST_COLUMN), WIDEST_COLUMN) for width in wanted]
        over = sum(wanted) - self.width
        while over > 0.5:
            widest = max(wanted)
            second = max((width for width in wanted if width < widest - 0.01), default=NARROWEST_COLUMN)
            several = [at for at, width in enumerate(wanted) if width >= widest - 0.01]
            less = min(over / len(several), max(widest - second, 0.5))
            for at in several:
                wanted[at] -= less
            over = sum(wanted) - self.width
        spare = max(-over, 0) / max(len(wanted), 1)
        return [width + spare for width in wanted]

    def _write(self, x: float, text: str, font: str, size: float, colour: Any = black) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.y, text)

    def _rule(self, y: float) -> None:
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(SIDE, y, SIDE + self.width, y)
