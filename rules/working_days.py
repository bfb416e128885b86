"""Working days: the State Council's yearly calendars, make-up days included, under a city's own holidays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rules.data.calendar_files import SATURDAY, CalendarError, CalendarFile, Notice, Scope, parse_calendar, read_calendar
from rules.data.data_files import toml_files

__all__ = ["Calendar", "CalendarError", "DayKind", "load_calendar", "name_day"]

ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"


class DayKind(StrEnum):
    """What kind of day a day is; every day is exactly one of the four."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    MAKEUP_WORKDAY = "makeup_workday"


@dataclass(frozen=True)
class Calendar:
    """The days that differ from the plain week; all are plain days in Asia/Shanghai.

    A year without a calendar is answered by weekday alone. ``covers`` tells, and whoever computes with such a
    day must call the result provisional.
    """

    version: str
    years: frozenset[int]
    rest: Mapping[date, str] = field(hash=False, repr=False)
    makeup: Mapping[date, str] = field(hash=False, repr=False)
    notices: Mapping[int, tuple[Notice, ...]] = field(hash=False, repr=False)

    def covers(self, day: date) -> bool:
        """Say whether the national calendar of the day's year is known."""
        return day.year in self.years

    def kind(self, day: date) -> DayKind:
        """Tell which of the four kinds a day is."""
        if day in self.makeup:
            return DayKind.MAKEUP_WORKDAY
        if day in self.rest:
            return DayKind.HOLIDAY
        return DayKind.WEEKEND if day.weekday() >= SATURDAY else DayKind.WORKDAY

    def is_working(self, day: date) -> bool:
        """Say whether offices work on a day; a make-up Saturday or Sunday counts."""
        return self.kind(day) in (DayKind.WORKDAY, DayKind.MAKEUP_WORKDAY)

    def next_working_day(self, day: date) -> date:
        """Find the first working day after a day, never the day itself."""
        day += ONE_DAY
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def reason(self, day: date) -> str:
        """Say in Chinese why a day is what it is: ``春节休息日``, ``周末``, ``国庆节调休上班日`` or ``工作日``."""
        if day in self.makeup:
            return f"{self.makeup[day]}调休上班日"
        if day in self.rest:
            return f"{self.rest[day]}休息日"
        return "周末" if day.weekday() >= SATURDAY else "工作日"

    def source(self, year: int) -> str:
        """Name the notices that a year's days come from; nothing for a year without a calendar."""
        return "、".join(notice.number or notice.title for notice in self.notices.get(year, ()))


def name_day(day: date) -> str:
    """Write a day with its weekday, as staff read it: ``2026-05-01（周五）``."""
    return f"{day.isoformat()}（周{WEEKDAYS[day.weekday()]}）"


@lru_cache
def load_calendar(overlay: Path | None = None, imported: tuple[tuple[str, str], ...] = ()) -> Calendar:
    """Load the shipped years and, over them, a local file or folder and the calendars that the office imported.

    ``imported`` are names and TOML texts, oldest first. A calendar with ``scope = "local"`` changes single days; one
    with ``scope = "national"`` gives or replaces a whole year. Kept for the life of the process: after a change of
    the files call ``load_calendar.cache_clear()``. Raises ``CalendarError`` for one that cannot be used.
    """
    found = [read_calendar(path) for path in toml_files(files("rules") / "calendars")]
    if overlay is not None:
        found += [read_calendar(path) for path in _overlay_files(overlay)]
    found += [parse_calendar(name, text) for name, text in imported]
    local = any(one.scope is Scope.LOCAL for one in found)
    return _merge(sorted(found, key=lambda one: one.scope is Scope.LOCAL), local=local)


def _overlay_files(overlay: Path) -> list[Traversable]:
    return toml_files(overlay) if overlay.is_dir() else [overlay]


def _merge(found: Iterable[CalendarFile], *, local: bool) -> Calendar:
    """Lay the files over each other, whole national years first, single local days last."""
    rest: dict[date, str] = {}
    makeup: dict[date, str] = {}
    notices: dict[int, tuple[Notice, ...]] = {}
    for one in found:
        if one.scope is Scope.NATIONAL and one.year is not None:
            rest = {day: name for day, name in rest.items() if day.year != one.year}
            makeup = {day: name for day, name in makeup.items() if day.year != one.year}
            notices[one.year] = one.notices
        rest = {day: name for day, name in rest.items() if day not in one.makeup} | one.rest
        makeup = {day: name for day, name in makeup.items() if day not in one.rest} | one.makeup
    version = _version(notices, rest, makeup) + ("+local" if local else "")
    return Calendar(version, frozenset(notices), rest, makeup, notices)


def _version(years: Iterable[int], rest: Mapping[date, str], makeup: Mapping[date, str]) -> str:
    """Name the content: the years, and a mark that changes with any day (not with a file's layout)."""
    known = sorted(years)
    content = repr((known, sorted(rest.items()), sorted(makeup.items())))
    return f"{known[0]}-{known[-1]}.{sha256(content.encode()).hexdigest()[:6]}"
