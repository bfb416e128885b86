"""Tables in columns that hold with wide characters, drawn without a library that takes as long to import as a list to print."""

import unicodedata
from collections.abc import Iterator, Sequence

from tasks.reading.plain import visible

NARROWEST = 4
"""Columns of the terminal below which a column of a table is not squeezed: two wide characters."""


def drawn(heads: Sequence[str], rows: Sequence[Sequence[str]], *, width: int) -> Iterator[str]:
    """Draw a table line by line, at most so many terminal columns wide; cells that are too long go on below."""
    rows = [[visible(cell) for cell in row] for row in rows]  # before anything is measured: what is shown is what is counted
    widths = _fit([_widest(column) for column in zip(heads, *rows, strict=True)], width - 3 * len(heads) - 1)
    yield _rule("┏┳┓", "━", widths)
    yield from _cells(heads, widths, "┃")
    yield _rule("┡╇┩", "━", widths)
    for row in rows:
        yield from _cells(row, widths, "│")
    yield _rule("└┴┘", "─", widths)


def wide(text: str) -> int:
    """Count the terminal columns that a line of text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(letter) for letter in text)


def _columns_of(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _widest(texts: Sequence[str]) -> int:
    return max(wide(line) for text in texts for line in text.split("\n"))


def _fit(widths: list[int], room: int) -> list[int]:
    """Take from the widest column, one terminal column at a time, until all fit or none can give any more."""
    fitted = list(widths)
    while sum(fitted) > room and (most := max(fitted)) > NARROWEST:
        fitted[fitted.index(most)] -= 1
    return fitted


def _rule(corners: str, line: str, widths: Sequence[int]) -> str:
    left, middle, right = tuple(corners)
    return left + middle.join(line * (width + 2) for width in widths) + right


def _cells(texts: Sequence[str], widths: Sequence[int], wall: str) -> Iterator[str]:
    """Draw one row, as many lines high as its longest cell needs."""
    columns = [list(_folded(text, width)) for text, width in zip(texts, widths, strict=True)]
    for number in range(max(map(len, columns))):
        parts = [column[number] if number < len(column) else "" for column in columns]
        padded = (part + " " * (width - wide(part)) for part, width in zip(parts, widths, strict=True))
        yield f"{wall} {f' {wall} '.join(padded)} {wall}"


def _folded(text: str, width: int) -> Iterator[str]:
    """Break a text into lines of at most so many columns: after a space where there is one, else between any two letters."""
    for line in text.split("\n"):
        rest = line
        while wide(rest) > width:
            cut = _cut(rest, width)
            yield rest[:cut].rstrip(" ")
            rest = rest[cut:].lstrip(" ")
        yield rest


def _cut(text: str, width: int) -> int:
    """How many letters of a text that is too long stand on its first line: always one at least."""
    used = taken = 0
    for letter in text:
        used += _columns_of(letter)
        if used > width:
            break
        taken += 1
    space = text.rfind(" ", 1, taken + 1)
    return max(1, space if space > 0 else taken)
