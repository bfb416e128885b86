"""Working days: rest days and make-up working days by the State Council's yearly notice, as data."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from rules.errors import CaseworkError

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class CalendarError(CaseworkError):
    """A calendar file is malformed; names the file, the entry and the reason."""


class DayKind(StrEnum):
    """What kind of day a day is."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


@dataclass(frozen=True)
class Calendar:
    """Every known day that is not what its weekday says; days are days in Asia/Shanghai."""

    years: frozenset[int]
    holidays: dict[date, str]
    makeup_workdays: frozenset[date]
    version: str

    def covers(self, day: date) -> bool:
        """Say whether the notice for the day's year is loaded."""
        return day.year in self.years

    def kind(self, day: date) -> DayKind:
        """Tell a day's kind; in a year without a calendar the weekday alone decides."""
        if day in self.makeup_workdays:
            return DayKind.MAKEUP_WORKDAY
        if day in self.holidays:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKDAY

    def is_working(self, day: date) -> bool:
        """Say whether the office works on a day; a make-up Saturday or Sunday counts."""
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)

    def next_working_day(self, day: date) -> date:
        """The day itself if it is a working day, else the next one that is."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def reason(self, day: date) -> str:
        """Say in Chinese why a day is a rest day."""
        return self.holidays.get(day) or ("周六" if day.weekday() == SATURDAY else "周日")


@lru_cache
def load_calendar(overlay: Path | None = None) -> Calendar:
    """Load all years that are shipped, and the city's own days over them; raises ``CalendarError``."""
    sources = sorted(
        ((entry.name, entry.read_text(encoding="utf-8")) for entry in (files("rules") / "calendars").iterdir() if entry.name.endswith(".toml")),
    )
    if overlay is not None:
        try:
            sources.append((overlay.name, overlay.read_text(encoding="utf-8")))
        except OSError as error:
            raise CalendarError(f"地方节假日文件 {overlay} 无法读取") from error
    return build_calendar(sources)


def build_calendar(sources: Iterable[tuple[str, str]]) -> Calendar:
    """Build a calendar from named TOML texts; a later one adds to and changes earlier ones."""
    years: set[int] = set()
    holidays: dict[date, str] = {}
    makeup: set[date] = set()
    mark = sha256()
    for name, text in sources:
        mark.update(text.encode())
        year, rest, work = _read(name, text)
        years.add(year)
        holidays = {day: reason for day, reason in holidays.items() if day not in work} | rest
        makeup = (makeup - set(rest)) | work
    span = f"{min(years)}-{max(years)}" if years else "none"
    return Calendar(frozenset(years), holidays, frozenset(makeup), f"{span}@{mark.hexdigest()[:8]}")


def _read(name: str, text: str) -> tuple[int, dict[date, str], set[date]]:
    try:
        found = tomllib.loads(text)
        year = int(found["year"])
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise CalendarError(f"日历文件 {name} 无法读取或没有 year：{error}") from error
    rest = {day: str(row["name"]) for row in found.get("holiday", []) for day in row["days"]}
    if len(rest) != sum(len(row["days"]) for row in found.get("holiday", [])):
        raise CalendarError(f"日历文件 {name} 中有休息日重复出现")
    work = set(found.get("makeup_workdays", []))
    for day in sorted({*rest, *work}, key=str):
        _check(name, year, day, rest, work)
    return year, rest, work


def _check(name: str, year: int, day: Any, rest: dict[date, str], work: set[date]) -> None:
    if not isinstance(day, date):
        raise CalendarError(f"日历文件 {name} 中的 {day!r} 不是日期")
    if day.year != year:
        raise CalendarError(f"日历文件 {name} 中的 {day} 不属于 {year} 年")
    if day in rest and day in work:
        raise CalendarError(f"日历文件 {name} 中的 {day} 既是休息日又是调休上班日")
    if day in work and day.weekday() < SATURDAY:
        raise CalendarError(f"日历文件 {name} 中的调休上班日 {day} 不是周末")
