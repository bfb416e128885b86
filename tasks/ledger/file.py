"""Ledger files: rows out of CSV and XLSX as clean text, and the file of rejected rows."""

import csv
import io
import os
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from tasks.ledger.columns import LedgerError, LedgerRow

REPORT_HEADS = ("行号", "原因")
"""What the rejects file adds; a file that ends in these two columns is a rejects file that comes back."""

RUINED_BY_EXCEL = re.compile(r"0\d+|\d{12,}|[=+\-@].*", re.DOTALL)
"""Texts that Excel would turn into rounded numbers (ID numbers lose digits), or would carry out as formulas."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """One ledger: its heads, its filled rows by their number in the sheet, and the sheets that were left aside."""

    heads: tuple[str, ...]
    rows: tuple[tuple[int, LedgerRow], ...]
    other_sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reject:
    """A row that was not registered, and why."""

    row_number: int
    row: LedgerRow
    reason: str


def read_rows(path: Path) -> Iterator[tuple[int, LedgerRow]]:
    """Yield each filled row of a ledger with its number in the sheet; raises ``LedgerError``."""
    yield from read_ledger(path).rows


def read_ledger(path: Path) -> Ledger:
    """Read a ledger; raises ``LedgerError`` for a missing file, another kind of file, or one without a head row."""
    if not path.is_file():
        raise LedgerError(f"找不到文件 {path}，请核对文件名")
    kind = path.suffix.lower()
    others: tuple[str, ...] = ()
    if kind in (".csv", ".txt"):
        lines = _csv_lines(path)
    elif kind in (".xlsx", ".xlsm"):
        lines, others = _xlsx_lines(path)
    else:
        raise LedgerError(f"{path.name} 不是 CSV 或 XLSX 文件，请在 Excel 中另存为 .xlsx 后再导入")
    return _ledger(path, [[clean(cell) for cell in line] for line in lines], others)


def _ledger(path: Path, lines: list[list[str]], others: tuple[str, ...]) -> Ledger:
    filled = [(number, line) for number, line in enumerate(lines, start=1) if any(line)]
    # A sheet's title stands above the heads in one merged cell.
    while len(filled) > 1 and sum(map(bool, filled[0][1])) == 1 < sum(map(bool, filled[1][1])):
        filled.pop(0)
    if not filled:
        raise LedgerError(f"{path.name} 里没有内容，请核对文件")
    heads = _heads(filled.pop(0)[1])
    rows = [(number, {head: line[at] if at < len(line) else "" for at, head in heads}) for number, line in filled]
    names = tuple(head for _, head in heads)
    return Ledger(heads=names, rows=tuple((number, row) for number, row in rows if any(row.values())), other_sheets=others)


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


def _csv_lines(path: Path) -> list[list[str]]:
    text = _decoded(path)
    first = text.partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise LedgerError(f"{path.name} 不是规范的 CSV 文件（{error}），请在 Excel 中另存为 .xlsx 后再导入") from error


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"文件 {path} 打不开，请核对权限") from error
    encodings = ("utf-16",) if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise LedgerError(f"{path.name} 的文字编码读不出来，请另存为 UTF-8 或 GB18030 的 CSV，或存为 .xlsx")


def _xlsx_lines(path: Path) -> tuple[list[list[Any]], tuple[str, ...]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Excel alone understands: drop-down lists, coloured cells
            book = load_workbook(path, read_only=True, data_only=True)
            try:
                sheets = [(sheet.title, _sheet_lines(sheet)) for sheet in book.worksheets]
            finally:
                book.close()
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise LedgerError(f"{path.name} 打不开：不是有效的 XLSX 文件，或者设有密码，请在 Excel 中另存后再导入") from error
    filled = [(title, lines) for title, lines in sheets if any(any(cell is not None for cell in line) for line in lines)]
    return (filled[0][1], tuple(title for title, _ in filled[1:])) if filled else ([], ())


def _sheet_lines(sheet: Any) -> list[list[Any]]:
    sheet.reset_dimensions()  # some programs write a wrong size into the file
    return [list(line) for line in sheet.iter_rows(values_only=True)]


def clean(value: Any) -> str:
    """Turn a cell into text: real dates as 2026-03-02, whole numbers without a point, no control characters."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M").removesuffix(" 00:00")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs")).strip()
    quoted = re.fullmatch(r'="(.*)"', text, re.DOTALL)
    text = quoted[1].replace('""', '"') if quoted else text
    return text[1:] if text[:1] == "'" and RUINED_BY_EXCEL.fullmatch(text[1:]) else text


def guarded(text: str) -> str:
    """Write a text so that Excel shows and saves it unchanged; ``clean`` takes the guard off again."""
    if not RUINED_BY_EXCEL.fullmatch(text):
        return text
    return f'="{text}"' if text.isdigit() else f"'{text}"


def write_rejects(path: Path, heads: Sequence[str], rejects: Iterable[Reject]) -> Path | None:
    """Write rejected rows for Excel, readable by their owner only.

    An earlier file that says something else may hold corrections: it is set aside and its new name returned.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*heads, *REPORT_HEADS])
    for reject in sorted(rejects, key=lambda reject: reject.row_number):
        writer.writerow([*(guarded(reject.row.get(head, "")) for head in heads), reject.row_number, reject.reason])
    content = buffer.getvalue().encode("utf-8-sig")
    aside = path.with_name(f"{path.name}.bak") if path.exists() and path.read_bytes() != content else None
    if aside:
        os.replace(path, aside)
    part = path.with_name(f".{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(part, path)
    return aside
