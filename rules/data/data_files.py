"""Reading dated data files (calendars, packs): TOML, checked field by field, refused in words."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any, NoReturn

from rules.errors import CaseworkError

PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
MARK = "\ufeff"
"""The byte order mark that some editors put first."""


@dataclass(frozen=True)
class Row:
    """One table of a data file, read field by field; every fault names the file, the row and the reason."""

    file: str
    error: type[CaseworkError]
    cells: Mapping[str, Any]
    name: str = ""
    read: set[str] = field(default_factory=set)

    def refuse(self, reason: str) -> NoReturn:
        """Raise the file's error with where and why."""
        raise self.error(f"{self.file}：{self.name + '：' if self.name else ''}{reason}")

    def cell(self, key: str, kind: type, word: str, default: Any = None) -> Any:
        """Read a field of exactly one type; without a default it must be there."""
        self.read.add(key)
        value = self.cells.get(key, default)
        if value is None:
            self.refuse(f"缺少 {key}")
        if type(value) is not kind:
            self.refuse(f"{key} 应为{word}，现为 {value!r}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text; one that must be there must also say something."""
        found = str(self.cell(key, str, "文字", default)).strip()
        if not found and default is None:
            self.refuse(f"{key} 不能为空")
        return found

    def day(self, key: str, default: date | None = None) -> date:
        """Read a date without a time."""
        found: date = self.cell(key, date, "日期（如 2026-01-01）", default)
        return found

    def whole(self, key: str, *, least: int, most: int) -> int:
        """Read a whole number between two bounds."""
        found: int = self.cell(key, int, "整数")
        if not least <= found <= most:
            self.refuse(f"{key} 应在 {least} 至 {most} 之间，现为 {found}")
        return found

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Read true or false."""
        return bool(self.cell(key, bool, " true 或 false", default))

    def members(self, key: str, kind: type, word: str, default: list[Any] | None = None) -> list[Any]:
        """Read a list of values of exactly one type."""
        found: list[Any] = self.cell(key, list, f"{word}列表", default)
        for value in found:
            if type(value) is not kind:
                self.refuse(f"{key} 中的 {value!r} 应为{word}")
        return found

    def choices(self, key: str, known: tuple[str, ...], default: list[str] | None = None) -> tuple[str, ...]:
        """Read a list of words that must all be known."""
        found = self.members(key, str, "文字", default)
        for value in found:
            if value not in known:
                self.refuse(f"{key} 中的“{value}”无法识别，可用：{'、'.join(known)}")
        return tuple(found)

    def choice(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        """Read one word that must be known."""
        found = self.text(key, default)
        if found not in known:
            self.refuse(f"{key} 的“{found}”无法识别，可用：{'、'.join(known)}")
        return found

    def rows(self, key: str) -> list["Row"]:
        """Read an array of tables; each is named after its key, or numbered."""
        found = []
        for number, cells in enumerate(self.members(key, dict, "表", []), start=1):
            name = f"[[{key}]] 第 {number} 行" + (f"（{cells['key']}）" if isinstance(cells.get("key"), str) else "")
            found.append(Row(self.file, self.error, cells, name))
        return found

    def done(self) -> None:
        """Refuse fields that nobody has read: a misspelt name would otherwise be lost."""
        if unknown := sorted(set(self.cells) - self.read):
            self.refuse(f"字段“{'、'.join(unknown)}”无法识别")


def read_file(path: Traversable, error: type[CaseworkError]) -> Row:
    """Read one TOML file (UTF-8, with or without a byte order mark)."""
    top = Row(path.name, error, {})
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        top.refuse("不是 UTF-8 编码的文本")
    except OSError:
        top.refuse("文件不存在或者无法读取")
    return read_text(path.name, text, error)


def read_text(name: str, text: str, error: type[CaseworkError]) -> Row:
    """Read the text of one TOML file; refusals call it by the name given."""
    top = Row(name, error, {})
    try:
        return Row(name, error, tomllib.loads(text.removeprefix(MARK)))
    except tomllib.TOMLDecodeError as fault:
        place = PLACE.search(str(fault))
        top.refuse(f"第 {place[1]} 行第 {place[2]} 列不是合法的 TOML" if place else "文件末尾不是合法的 TOML")
    except (ValueError, RecursionError):  # tomllib passes on what int() says of a very long number
        top.refuse("其中的数字过长或者嵌套过深，无法读取")


def toml_files(folder: Traversable) -> list[Traversable]:
    """List the TOML files of a folder by name."""
    return sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda entry: entry.name)
