"""Ledgers as workbooks (XLSX): values by calamine, and a bounded look into the archive for what values do not tell."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from xml.parsers import expat

from tasks.ledger.cells import ERRORS, clean
from tasks.ledger.columns import LedgerError
from tasks.ledger.sheet import Line, Sheet

MOST_UNPACKED = 400 * 2**20
MOST_WORDS = 96 * 2**20
"""Bytes of all parts of a workbook, and of the words that its cells share, once unpacked."""

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet of XLSX can have (ECMA-376); larger numbers are damage."""

MOST_CELLS = 6_000_000
"""Rows times columns of a sheet: its values are held as one rectangle."""

DAY_ZERO_1904 = date(1904, 1, 1)
DAY_ZERO_1900 = date(1899, 12, 30)

UNCALCULATED = "是公式，没有计算结果，请在 Excel 中打开保存后再导入"
PIECE = 2**16


@dataclass(kw_only=True)
class Workbook:
    """The visible sheets of a workbook, the names of the hidden ones, and from which day its numbers count."""

    sheets: list[Sheet]
    hidden: tuple[str, ...] = ()
    day_zero: date = DAY_ZERO_1900


def read_workbook(path: Path, wanted: str = "") -> Workbook:
    """Read the visible sheets of a workbook, or the one that is wanted; raises ``LedgerError`` in a sentence."""
    with _refusals(path.name):
        with zipfile.ZipFile(path) as archive:
            parts = _parts(archive, path.name)
            book = _Book(archive, parts)
            book.scan(path.name)
        return _values(path, book, wanted)


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    from python_calamine import CalamineError, PasswordError

    refused = f"{name} 打不开：不是有效的 XLSX 文件，或者设有密码，请在 Excel 中另存后再导入"
    try:
        yield
    except LedgerError:
        raise
    except (PasswordError, CalamineError, zipfile.BadZipFile, expat.ExpatError) as error:
        raise LedgerError(refused) from error
    except (OSError, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        raise LedgerError(refused) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a fault inside the library, which speaks Rust
            raise
        raise LedgerError(refused) from error


def _parts(archive: zipfile.ZipFile, name: str) -> dict[str, zipfile.ZipInfo]:
    """The parts of a workbook by their names in small letters; refuses what would not fit once unpacked."""
    infos = archive.infolist()
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise LedgerError(f"{name} 解开后超过 {MOST_UNPACKED // 2**20} MB，请拆成几个文件，或另存为 CSV 后再导入")
    parts = {info.filename.lower().replace("\\", "/").lstrip("/"): info for info in infos}
    words = parts.get("xl/sharedstrings.xml")
    if words and words.file_size > MOST_WORDS:
        raise LedgerError(f"{name} 的文字超过 {MOST_WORDS // 2**20} MB，请拆成几个文件后再导入")
    return parts


@dataclass(kw_only=True)
class _Seen:
    """What one sheet's part tells: cells without a value to trust, and how far its cells reach."""

    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    bottom: int = 0
    right: int = 0


class _Book:
    """The parts of a workbook that tell where its sheets are, and what stands in them beside values."""

    def __init__(self, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo]) -> None:
        self._archive, self._parts = archive, parts
        self.is_1904 = False
        self._sheets: list[tuple[str, str]] = []
        self.seen: dict[str, _Seen] = {}

    def scan(self, name: str) -> None:
        """Look through every sheet of the book, and unpack the rest of it once so that no size is a lie."""
        self._parse("xl/workbook.xml", self._about_book)
        targets: dict[str, str] = {}
        if "xl/_rels/workbook.xml.rels" in self._parts:
            self._parse(
                "xl/_rels/workbook.xml.rels", lambda _tag, given: targets.update({given.get("Id", ""): given.get("Target", "")})
            )
        for title, relation in self._sheets:
            target = targets.get(relation, "").lower().replace("\\", "/")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
            if part in self._parts:
                self.seen[title] = _SheetScan(name, title).of(self._pieces(part))
        words = "xl/sharedstrings.xml"
        for _ in self._pieces(words) if words in self._parts else ():
            pass

    def _about_book(self, tag: str, given: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.is_1904 = given.get("date1904", "0").lower() in ("1", "true", "on")
        elif tag == "sheet":
            relation = next((value for key, value in given.items() if key.rpartition(":")[2] == "id"), "")
            self._sheets.append((given.get("name", ""), relation))

    def _parse(self, part: str, seen: Any) -> None:
        parser = _parser()
        parser.StartElementHandler = lambda tag, given: seen(tag.rpartition(":")[2], given)
        for piece in self._pieces(part):
            parser.Parse(piece)

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self._archive.open(self._parts[part]) as stream:
            while piece := stream.read(PIECE):
                yield piece


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("a workbook declares no document type")

    parser.StartDoctypeDeclHandler = refuse
    return parser


class _SheetScan:
    """Walks through one sheet's part without keeping it."""

    def __init__(self, file: str, title: str) -> None:
        self._where = f"{file} 的工作表“{title}”"
        self._seen = _Seen()
        self._row = self._column = 0
        self._kind, self._is_formula, self._value, self._inside = "", False, "", False

    def of(self, pieces: Iterator[bytes]) -> _Seen:
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        for piece in pieces:
            parser.Parse(piece)
        return self._seen

    def _start(self, tag: str, given: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self._column += 1
            self._kind, self._is_formula, self._value = given.get("t", ""), False, ""
            if reference := given.get("r"):
                self._row, self._column = self._placed(reference)
        elif tag == "v" or tag == "t":
            self._inside = True
        elif tag == "f":
            self._is_formula = True
        elif tag == "row":
            self._row = self._counted(given["r"]) if "r" in given else self._row + 1
            self._column = 0

    def _text(self, text: str) -> None:
        if self._inside and len(self._value) < len("#GETTING_DATA"):
            self._value += text

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "v" or tag == "t":
            self._inside = False
        elif tag == "c":
            if self._value:
                self._seen.bottom = max(self._seen.bottom, self._row)
                self._seen.right = max(self._seen.right, self._column)
                self._bounded()
            self._judge()

    def _bounded(self) -> None:
        bottom, right = self._seen.bottom, self._seen.right
        if bottom * right > MOST_CELLS:
            raise LedgerError(
                f"{self._where}太大或太散（到第 {bottom} 行、第 {right} 列），请删去空行空列，或另存为 CSV 后再导入"
            )

    def _judge(self) -> None:
        place = self._row, self._column - 1
        if self._kind == "e" and ERRORS.match(self._value):
            self._seen.marks[place] = f"的“{self._value}”是公式错误值，请按原件补填"
        elif self._is_formula and not self._value and self._kind != "str":
            self._seen.marks[place] = UNCALCULATED

    def _placed(self, reference: str) -> tuple[int, int]:
        found = re.fullmatch(r"\$?([A-Za-z]{1,7})\$?(\d{1,20})", reference)
        if not found:
            raise ValueError(f"no cell {reference[:20]}")
        column = 0
        for letter in found[1].upper():
            column = column * 26 + ord(letter) - 64
        if column > MOST_COLUMNS:
            raise LedgerError(f"{self._where}有第 {column} 列的格子，超出 Excel 的范围，文件已损坏，请在 Excel 中另存后再导入")
        return self._counted(found[2]), column

    def _counted(self, row: str) -> int:
        if not row.isdigit() or not 1 <= int(row[:20]) <= MOST_ROWS:
            raise LedgerError(f"{self._where}有第 {row[:20]} 行，超出 Excel 的范围，文件已损坏，请在 Excel 中另存后再导入")
        return int(row)


def _values(path: Path, book: _Book, wanted: str) -> Workbook:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    with CalamineWorkbook.from_path(path) as values:
        sheets = [one for one in values.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
        shown = [one.name for one in sheets if one.visible is SheetVisibleEnum.Visible]
        hidden = tuple(one.name for one in sheets if one.name not in shown and one.name != wanted)
        if wanted and wanted not in [one.name for one in sheets]:
            raise LedgerError(f"{path.name} 里没有工作表“{wanted}”，有：{'、'.join(shown)}")
        chosen = [wanted] if wanted else shown
        read = [_sheet(values.get_sheet_by_name(name), book.seen.get(name, _Seen())) for name in chosen]
    return Workbook(sheets=read, hidden=hidden, day_zero=DAY_ZERO_1904 if book.is_1904 else DAY_ZERO_1900)


def _sheet(sheet: Any, seen: _Seen) -> Sheet:
    top, left = sheet.start or (0, 0)
    known: dict[str, str] = {}
    lines = [Line(at, _cells(row, left, known)) for at, row in enumerate(sheet.to_python(skip_empty_area=True), start=top + 1)]
    lines = _with_marked(lines, seen)
    return Sheet(title=sheet.name, lines=lines, merged=tuple(sheet.merged_cell_ranges or ()), marks=seen.marks)


def _cells(row: Sequence[Any], left: int, known: dict[str, str]) -> tuple[str, ...]:
    cells = [""] * left + [clean(value) if value != "" else "" for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(known.setdefault(cell, cell) if len(cell) < 12 else cell for cell in cells)


def _with_marked(lines: list[Line], seen: _Seen) -> list[Line]:
    """Lines of which nothing was read but marks count as well: an error alone in a row is a row."""
    if not seen.marks:
        return lines
    by_number = {line.number: line for line in lines}
    for number, column in sorted(seen.marks):
        line = by_number.get(number, Line(number, ()))
        by_number[number] = Line(number, line.cells, fault=line.fault)
        if not any(line.cells):
            cells = [""] * column + ["#"]
            by_number[number] = Line(number, tuple(cells))
    return [by_number[number] for number in sorted(by_number)]
