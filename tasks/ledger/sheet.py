"""The shape of a sheet: where its heads stand, how many cells a row may have, and what a merged cell counts for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tasks.ledger.cells import ERRORS
from tasks.ledger.columns import LedgerError, LedgerRow, looks_like_heads, means_field

REPORT_HEADS = ("行号", "原因")
"""What the rejects file adds; a file that ends in these two columns is a rejects file that comes back."""

HEADS_WITHIN = 20
"""Filled rows among which the heads are looked for; titles stand above them."""

Span = tuple[tuple[int, int], tuple[int, int]]
"""A merged range: its first and last cell, each as row and column from nought."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet by its number there, with what makes it unusable whatever it says, and what to look at."""

    number: int
    cells: tuple[str, ...]
    fault: str = ""
    remark: str = ""


@dataclass(kw_only=True)
class Sheet:
    """One sheet as it was read: its lines from the first one on, its merged ranges, and faults by cell."""

    title: str
    lines: list[Line]
    merged: Sequence[Span] = ()
    marks: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What is wrong with single cells, by line number (from one) and column (from nought)."""
    is_text: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """The rows of one sheet below its heads."""

    title: str
    heads: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    above: int = 0
    """How many filled lines stand above the heads and were passed over."""

    @property
    def names(self) -> tuple[str, ...]:
        """The heads alone."""
        return tuple(head for _, head in self.heads)

    def row(self, line: Line) -> LedgerRow:
        """The cells of a line by their heads."""
        cells = line.cells
        return {head: cells[at] if at < len(cells) else "" for at, head in self.heads}


def table_of(name: str, sheet: Sheet) -> Table:
    """Find the heads of a sheet and its filled rows; raises ``LedgerError`` for a sheet without any."""
    filled = [line for line in sheet.lines if any(line.cells)]
    if not filled:
        raise LedgerError(f"{name} 里没有内容，请核对文件")
    at = _place_of_heads(filled)
    top, rest = filled[at], filled[at + 1 :]
    cells, wide = top.cells, len(top.cells)
    if rest and (below := _second_line(top.cells, rest[0].cells)):
        cells, rest = below, rest[1:]
    heads = _heads(cells)
    known = {place for place, _ in heads}
    lines = [_judged(line, sheet, heads, max(wide, len(cells))) for line in _filled_down(rest, sheet.merged)]
    kept = tuple(line for line in lines if line.fault or any(c for place, c in enumerate(line.cells) if place in known))
    return Table(title=sheet.title, heads=tuple(heads), lines=kept, above=at)


def _place_of_heads(filled: Sequence[Line]) -> int:
    for at, line in enumerate(filled[:HEADS_WITHIN]):
        if looks_like_heads(line.cells):
            return at
    at = 0
    # A sheet's title stands above the heads in one merged cell.
    while at + 1 < len(filled) and sum(map(bool, filled[at].cells)) == 1 < sum(map(bool, filled[at + 1].cells)):
        at += 1
    return at


def _second_line(top: Sequence[str], below: Sequence[str]) -> tuple[str, ...] | None:
    """Join heads of two lines: what stands below an empty or a wider head is the name of its column."""
    width = max(len(top), len(below))
    upper, lower = ([*line, *[""] * (width - len(line))] for line in (top, below))
    named = [cell for cell in lower if cell]
    if not named or not all(means_field(cell) for cell in named):
        return None
    if not any(low and not up for up, low in zip(upper, lower, strict=True)):
        return None
    return tuple(low or up for up, low in zip(upper, lower, strict=True))


def _heads(line: Sequence[str]) -> list[tuple[int, str]]:
    """Name the columns by position; a head that comes twice is numbered, one without a name is named by its place."""
    while line and not line[-1]:
        line = line[:-1]
    if tuple(line[-2:]) == REPORT_HEADS:
        line = line[:-2]
    heads: list[tuple[int, str]] = []
    for at, text in enumerate(line):
        head = " ".join(text.split()) or f"第{at + 1}列"
        again = sum(known == head or known.startswith(f"{head}（") for _, known in heads)
        heads.append((at, f"{head}（{again + 1}）" if again else head))
    return heads


def _filled_down(lines: Sequence[Line], merged: Sequence[Span]) -> list[Line]:
    """Give every filled row the value of a merged cell that covers it from above; the rows under it are in its reach."""
    by_number = {line.number: line for line in lines}
    for (top, left), (bottom, _) in merged:
        first = by_number.get(top + 1)
        value = first.cells[left] if first and left < len(first.cells) else ""
        reach = range(top + 2, bottom + 2) if bottom - top <= len(by_number) else sorted(by_number)
        for number in reach if value else ():
            line = by_number.get(number)
            if line and top + 1 < number <= bottom + 1:
                cells = [*line.cells, *[""] * (left + 1 - len(line.cells))]
                cells[left] = cells[left] or value
                by_number[number] = replace(line, cells=tuple(cells))
    return [by_number[line.number] for line in lines]


def _judged(line: Line, sheet: Sheet, heads: Sequence[tuple[int, str]], width: int) -> Line:
    """Say what makes a line unusable: a fault of its own, cells beyond the heads, cells that hold no value."""
    if line.fault:
        return line
    used = len(line.cells) if sheet.is_text else max((at + 1 for at, cell in enumerate(line.cells) if cell), default=0)
    faults = []
    if used > width:
        faults.append(f"本行有 {used} 格，表头 {width} 列，格子可能错位，请核对")
    if sheet.marks:
        faults += [f"“{head}”{sheet.marks[line.number, at]}" for at, head in heads if (line.number, at) in sheet.marks]
    faults += [
        f"“{head}”的“{line.cells[at]}”是公式错误值，请按原件补填"
        for at, head in heads
        if at < len(line.cells) and line.cells[at][:1] == "#" and ERRORS.fullmatch(line.cells[at])
    ]
    if faults:
        return replace(line, fault="；".join(faults))
    short = sheet.is_text and 1 < len(line.cells) < len(heads)
    remark = f"本行只有 {len(line.cells)} 格，表头 {len(heads)} 列，请核对是否断行" if short else ""
    return replace(line, remark=remark) if remark else line
