"""Rule packs: limits, extensions, lights and the escalation ladder, as data that a lawyer can read."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rules.errors import CaseworkError


class PackError(CaseworkError):
    """A pack is malformed, overlapping or unknown; names the file, the row and the reason."""


class Unit(StrEnum):
    """In which unit a limit is counted."""

    CALENDAR_DAY = "calendar_day"
    WORKING_DAY = "working_day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Extension:
    """How far a limit may be extended: in calendar days, once or not, by whom, and who else consents."""

    max: int
    once: bool
    approver: str
    consent: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One limit: from what it counts, how long, in which unit, and the article that says so."""

    key: str
    label: str
    length: int
    unit: Unit
    article: str
    owner: str = "office"
    starts_on: str = ""
    stops_on: str = ""
    excluded: str = ""
    applies_to: tuple[str, ...] = ()
    warn_at: tuple[int, ...] = (50, 75, 90, 100)
    extension: Extension | None = None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One step of the escalation ladder, so many calendar days after a limit was missed."""

    key: str
    label: str
    after_days: int
    article: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One version of one office's rules."""

    key: str
    name: str
    effective_on: date
    rules: dict[str, Rule]
    ladder: tuple[Rung, ...] = ()

    @property
    def version(self) -> str:
        """The version that a clock remembers: ``npc_city@2022-05-01``."""
        return f"{self.key}@{self.effective_on}"

    def rule(self, key: str) -> Rule:
        """Find a rule; raises ``PackError`` naming the known ones."""
        if key not in self.rules:
            raise PackError(f"规则包“{self.name}”没有规则“{key}”，可用：{'、'.join(self.rules)}")
        return self.rules[key]


@dataclass(frozen=True)
class Packs:
    """All packs in all versions."""

    versions: tuple[Pack, ...]

    def pack_for(self, key: str, on: date) -> Pack:
        """Find the version of a pack in force on a day; the first version also serves the days before it."""
        found = sorted((pack for pack in self.versions if pack.key == key), key=lambda pack: pack.effective_on)
        if not found:
            known = sorted({pack.key for pack in self.versions})
            raise PackError(f"没有规则包“{key}”，可用：{'、'.join(known)}")
        return next((pack for pack in reversed(found) if pack.effective_on <= on), found[0])


@lru_cache
def load_packs() -> Packs:
    """Load every shipped pack; raises ``PackError`` for the first thing that is wrong."""
    entries = sorted(entry.name for entry in (files("rules") / "packs").iterdir() if entry.name.endswith(".toml"))
    return build_packs((name, (files("rules") / "packs" / name).read_text(encoding="utf-8")) for name in entries)


def build_packs(sources: Iterable[tuple[str, str]]) -> Packs:
    """Build packs from named TOML texts."""
    raw = {name: _parse(name, text) for name, text in sources}
    bases = {found["key"]: found for found in raw.values() if "key" in found}
    packs = tuple(_pack(name, found, bases) for name, found in raw.items())
    seen: set[str] = set()
    for pack in packs:
        if pack.version in seen:
            raise PackError(f"规则包 {pack.version} 出现两次，同一规则包同一生效日只能有一个版本")
        seen.add(pack.version)
    return Packs(packs)


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"规则包文件 {name} 无法读取：{error}") from error


def _pack(name: str, found: dict[str, Any], bases: dict[str, dict[str, Any]]) -> Pack:
    for needed in ("key", "name", "effective_on"):
        if needed not in found:
            raise PackError(f"规则包文件 {name} 缺少 {needed}")
    base = bases.get(found.get("extends", ""), {})
    if found.get("extends") and not base:
        raise PackError(f"规则包文件 {name} 所依据的规则包“{found['extends']}”不存在")
    rows = dict(base.get("rule", {})) | {key: base.get("rule", {}).get(key, {}) | row for key, row in found.get("rule", {}).items()}
    return Pack(
        key=found["key"], name=found["name"], effective_on=found["effective_on"],
        rules={key: _rule(name, key, row) for key, row in rows.items()},
        ladder=tuple(_rung(name, row) for row in found.get("ladder", base.get("ladder", []))),
    )  # fmt: skip


def _rule(name: str, key: str, row: dict[str, Any]) -> Rule:
    where = f"规则包文件 {name} 的规则“{key}”"
    row = dict(row)
    if not str(row.get("article", "")).strip():
        raise PackError(f"{where}没有写明依据（article）")
    if not isinstance(row.get("length"), int) or row["length"] <= 0:
        raise PackError(f"{where}的长度（length）须为正整数")
    if row.get("unit") not in set(Unit):
        raise PackError(f"{where}的单位（unit）须为 {'、'.join(Unit)} 之一")
    extension = row.pop("extension", None)
    try:
        lists = {field: tuple(row.pop(field)) for field in ("warn_at", "applies_to") if field in row}
        return Rule(key=key, unit=Unit(row.pop("unit")), extension=_extension(where, extension), **row, **lists)
    except TypeError as error:
        raise PackError(f"{where}有不认识或缺少的字段：{error}") from error


def _extension(where: str, row: dict[str, Any] | None) -> Extension | None:
    if row is None:
        return None
    if not isinstance(row.get("max"), int) or row["max"] <= 0:
        raise PackError(f"{where}的延期上限（extension.max）须为正整数")
    return Extension(**row)


def _rung(name: str, row: dict[str, Any]) -> Rung:
    try:
        return Rung(**row)
    except TypeError as error:
        raise PackError(f"规则包文件 {name} 的升级阶梯“{row.get('key', '')}”不完整：{error}") from error
