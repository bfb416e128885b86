"""Ledgers as text (CSV, tab-separated): every line becomes a row of its own, also where the file is damaged."""

import csv
import io
from collections.abc import Iterator

from tasks.ledger.cells import clean
from tasks.ledger.columns import LedgerError, looks_like_heads
from tasks.ledger.sheet import Line, Sheet

MOST_LINES_IN_A_CELL = 500
"""A quoted cell that goes on for longer was never closed."""

UNREADABLE = "本行有读不出的文字（编码不对），请按原件补填"
BAD_QUOTE = "本行的引号没有成对，分不清各格，请补上或删去引号后再导入"


def text_sheet(name: str, raw: bytes) -> Sheet:
    """Read a text ledger; lines that cannot be read are rows with a fault. Raises ``LedgerError`` for no text at all."""
    lines, unreadable = _decoded(name, raw)
    delimiter = _delimiter(lines)
    found: list[Line] = []
    at = 0
    for cells, used, fault in _records(lines, delimiter):
        bad = UNREADABLE if any(number in unreadable for number in range(at, at + used)) else fault
        at += used
        found.append(Line(len(found) + 1, tuple(map(clean, cells)), bad))
    return Sheet(title="", lines=found, is_text=True)


def _decoded(name: str, raw: bytes) -> tuple[list[str], set[int]]:
    """The lines of a text, and the numbers of those that hold bytes which are no text."""
    refused = LedgerError(f"{name} 的文字编码读不出来，请另存为 UTF-8 或 GB18030 的 CSV，或存为 .xlsx")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return _split(raw.decode("utf-16")), set()
        except UnicodeDecodeError:
            raise refused from None
    parts = raw.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    encoding = min(("utf-8", "gb18030"), key=lambda code: sum(not _reads(part, code) for part in parts))
    if not any(part.strip() for part in parts):
        return [], set()
    lines: list[str] = []
    bad: set[int] = set()
    for part in _rejoined(parts):
        fine = _reads(part, encoding)
        for line in _split(part.decode(encoding, errors="replace")):
            if not fine:
                bad.add(len(lines))
            lines.append(line.replace("\0", "\ufffd"))
    if 0 in bad:
        raise refused
    return lines, bad


def _rejoined(parts: list[bytes]) -> Iterator[bytes]:
    yield from (part + b"\n" for part in parts[:-1])
    if parts[-1]:
        yield parts[-1]


def _reads(part: bytes, encoding: str) -> bool:
    try:
        return "\0" not in part.decode(encoding)
    except UnicodeDecodeError:
        return False


def _split(text: str) -> list[str]:
    return list(io.StringIO(text, newline=""))


def _delimiter(lines: list[str]) -> str:
    """The delimiter of the line of heads; titles above it may hold any."""
    for line in lines[:20]:
        best = max(",\t;", key=line.count)
        if looks_like_heads([cell.strip(' "\r\n') for cell in line.split(best)]):
            return best
    return max(",\t;", key=lines[0].count) if lines else ","


class _Tape:
    """Lines that a reader takes one by one, and how many it took."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.at, self.start = lines, 0, 0

    def __iter__(self) -> "Iterator[str]":
        return self

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        if self.at - self.start > MOST_LINES_IN_A_CELL:
            raise csv.Error("endless cell")
        self.at += 1
        return self.lines[self.at - 1]


def _records(lines: list[str], delimiter: str) -> Iterator[tuple[list[str], int, str]]:
    """Yield each record, how many lines it took, and what is wrong with it; after a fault the next line begins anew."""
    tape = _Tape(lines)
    reader = csv.reader(tape, delimiter=delimiter, strict=True)
    width = next((line.count(delimiter) + 1 for line in lines if looks_like_heads(_raw(line, delimiter))), 3)
    while tape.at < len(lines):
        tape.start = tape.at
        try:
            record = next(reader)
        except (csv.Error, StopIteration):
            record = []
            broken = True
        else:
            broken = tape.at - tape.start > 1 and _swallowed(record, width, delimiter)
        if broken:
            record = _raw(lines[tape.start], delimiter)
            tape.at = tape.start + 1
            reader = csv.reader(tape, delimiter=delimiter, strict=True)
        yield record, tape.at - tape.start, BAD_QUOTE if broken else ""


def _swallowed(record: list[str], width: int, delimiter: str) -> bool:
    """Say whether a cell of several lines holds other rows, or the beginning of one: a quote that opens in one row and closes in another.

    A row begins with a date or a number. A text of several lines that looks like one is handed back with it: that
    loses nothing, and a swallowed row would be lost.
    """
    for place, cell in enumerate(record):
        for line in cell.splitlines()[1:]:
            divided = line.count(delimiter)
            if divided >= min(max(1, place), max(1, width - 1)) or (divided and _begins_a_row(line, delimiter)):
                return True
    return False


def _begins_a_row(line: str, delimiter: str) -> bool:
    first = line.split(delimiter, 1)[0]
    return any(letter.isdigit() for letter in first)


def _raw(line: str, delimiter: str) -> list[str]:
    return [cell.strip(' "') for cell in line.rstrip("\r\n").split(delimiter)]
