"""Reading and checking one calendar file: a year of the State Council's notice, or a city's own days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources.abc import Traversable

from rules.data_files import Row, read_file
from rules.errors import CaseworkError

SATURDAY = 5
LONGEST_HOLIDAY = timedelta(days=31)  # a longer one is a misprint


class CalendarError(CaseworkError):
    """A calendar file cannot be used as it is; the message names file, row and reason."""


class Scope(StrEnum):
    """Whose days a file lists."""

    NATIONAL = "national"
    LOCAL = "local"


@dataclass(frozen=True)
class Notice:
    """The document that a calendar comes from."""

    title: str
    number: str
    issued_on: date


@dataclass(frozen=True)
class CalendarFile:
    """One file's rest days and make-up working days, each with its holiday's name; plain days in Asia/Shanghai."""

    scope: Scope
    year: int | None
    notices: tuple[Notice, ...]
    rest: dict[date, str]
    makeup: dict[date, str]


def read_calendar(path: Traversable) -> CalendarFile:
    """Read a file; raises ``CalendarError`` for anything that would make a due date doubtful."""
    top = read_file(path, CalendarError)
    scope = Scope(top.choice("scope", tuple(Scope)))
    year = None if scope is Scope.LOCAL and "year" not in top.cells else top.whole("year", least=1949, most=2999)
    notices = tuple(_notice(row) for row in top.rows("notice"))
    if scope is Scope.NATIONAL and not notices:
        top.refuse("没有写明所依据的放假通知（[[notice]]）")
    seen: dict[date, str] = {}
    rest = {day: name for row in top.rows("rest") for day, name in _rest(row, year, seen)}
    makeup = {day: name for row in top.rows("makeup") for day, name in _makeup(row, year, seen)}
    top.done()
    return CalendarFile(scope, year, notices, rest, makeup)


def _notice(row: Row) -> Notice:
    notice = Notice(row.text("title"), row.text("number", ""), row.day("date"))
    row.done()
    return notice


def _rest(row: Row, year: int | None, seen: dict[date, str]) -> Iterator[tuple[date, str]]:
    name, day = row.text("holiday"), row.day("from")
    last = row.day("to", day)
    row.done()
    if not timedelta() <= last - day <= LONGEST_HOLIDAY:
        row.refuse(f"从 {day} 到 {last} 不是合理的假期")
    while day <= last:
        _claim(row, day, year, seen)
        yield day, name
        day += timedelta(days=1)


def _makeup(row: Row, year: int | None, seen: dict[date, str]) -> Iterator[tuple[date, str]]:
    name, days = row.text("holiday"), row.members("days", date, "日期（如 2026-01-04）")
    row.done()
    for day in days:
        if day.weekday() < SATURDAY:
            row.refuse(f"调休上班日 {day} 不是周六或周日")
        _claim(row, day, year, seen)
        yield day, name


def _claim(row: Row, day: date, year: int | None, seen: dict[date, str]) -> None:
    """Take a day for a row: it must lie in the file's year and belong to no other row."""
    if year is not None and day.year != year:
        row.refuse(f"{day} 不在 {year} 年内")
    if day in seen:
        row.refuse(f"{day} 重复，已见于 {seen[day]}")
    seen[day] = row.name
