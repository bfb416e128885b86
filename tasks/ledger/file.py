"""Ledger files: the rows of a CSV or a workbook, whatever shape it has."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tasks.ledger.cells import clean, guarded
from tasks.ledger.columns import LedgerError, LedgerRow
from tasks.ledger.rejects import Reject, write_rejects
from tasks.ledger.sheet import REPORT_HEADS, Line, Sheet, Table, table_of
from tasks.ledger.text import text_sheet
from tasks.ledger.workbook import DAY_ZERO_1900, Workbook, read_workbook

MOST_BYTES = 128 * 2**20
"""What a ledger file may have; a hundred thousand rows have a fifth of it."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One ledger: the tables of its sheets with the same heads, the sheets left aside, and from when its days count."""

    tables: tuple[Table, ...]
    other_sheets: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    day_zero: date = DAY_ZERO_1900

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its tables."""
        return self.tables[0].names

    @property
    def rows(self) -> tuple[tuple[int, LedgerRow], ...]:
        """Its filled rows by their number in the sheet."""
        return tuple((line.number, table.row(line)) for table in self.tables for line in table.lines)

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(len(table.lines) for table in self.tables)

    def places(self) -> Iterator[tuple[str, Table, Line]]:
        """Its rows, each with the name of its sheet where there are several."""
        for table in self.tables:
            yield from ((table.title if len(self.tables) > 1 else "", table, line) for line in table.lines)


def read_rows(path: Path) -> Iterator[tuple[int, LedgerRow]]:
    """Yield each filled row of a ledger with its number in the sheet; raises ``LedgerError``."""
    yield from read_ledger(path).rows


def read_ledger(path: Path, sheet: str = "") -> Ledger:
    """Read a ledger; raises ``LedgerError`` for a missing file, another kind of file, or one without a head row."""
    size = _size(path)
    kind = path.suffix.lower()
    if kind not in (".csv", ".txt", ".tsv", ".xlsx", ".xlsm"):
        raise LedgerError(f"{path.name} 不是 CSV 或 XLSX 文件，请在 Excel 中另存为 .xlsx 后再导入")
    if size > MOST_BYTES:
        raise LedgerError(f"{path.name} 超过 {MOST_BYTES // 2**20} MB，请拆成几个文件后再导入")
    if kind in (".xlsx", ".xlsm"):
        return _of_workbook(path, read_workbook(path, sheet))
    if sheet:
        raise LedgerError(f"{path.name} 是文本文件，没有工作表，请去掉 --sheet")
    return Ledger(tables=(table_of(path.name, text_sheet(path.name, _bytes(path))),))


def _size(path: Path) -> int:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise LedgerError(f"找不到文件 {path}，请核对文件名") from None
    except (OSError, ValueError) as error:
        raise LedgerError(f"文件 {path} 打不开，请核对文件名和权限") from error
    if not stat.S_ISREG(found.st_mode):
        raise LedgerError(f"{path} 不是文件（是目录、管道或设备），请指定一个 CSV 或 XLSX 文件")
    return found.st_size


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise LedgerError(f"文件 {path} 打不开，请核对权限") from error
    if len(raw) > MOST_BYTES:  # a file that grows while it is read, or whose size is a lie
        raise LedgerError(f"{path.name} 超过 {MOST_BYTES // 2**20} MB，请拆成几个文件后再导入")
    return raw


def _of_workbook(path: Path, book: Workbook) -> Ledger:
    """Take the first filled sheet, and every further one that has the same heads."""
    filled = [sheet for sheet in book.sheets if _is_filled(sheet)]
    if not filled:
        hidden = f"（隐藏的工作表不读：{'、'.join(book.hidden)}，要读请用 --sheet 指明）" if book.hidden else ""
        raise LedgerError(f"{path.name} 里没有内容{hidden}，请核对文件")
    tables = [table_of(path.name, sheet) for sheet in filled]
    same = tuple(table for table in tables if table.names == tables[0].names)
    others = tuple(table.title for table in tables if table.names != tables[0].names)
    return Ledger(tables=same, other_sheets=others, hidden_sheets=book.hidden, day_zero=book.day_zero)


def _is_filled(sheet: Sheet) -> bool:
    return any(any(line.cells) for line in sheet.lines)


__all__ = ["REPORT_HEADS", "Ledger", "Reject", "clean", "guarded", "read_ledger", "read_rows", "write_rejects"]
