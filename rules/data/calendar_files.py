"""Reading, checking and writing one calendar file: a year of the State Council's notice, or a city's own days."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from importlib.resources.abc import Traversable

from rules.data.data_files import Row, read_file, read_text
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
    return calendar_of(read_file(path, CalendarError))


def parse_calendar(name: str, text: str) -> CalendarFile:
    """Read a calendar's TOML text; refusals (``CalendarError``) call it by the name given."""
    return calendar_of(read_text(name, text, CalendarError))


def calendar_of(top: Row) -> CalendarFile:
    """Check a calendar's tables and make it of them; raises ``CalendarError``."""
    return calendar_from(top, rest=top.rows("rest"), makeup=top.rows("makeup"))


def calendar_from(top: Row, *, rest: Iterable[Row], makeup: Iterable[Row]) -> CalendarFile:
    """Check and make a calendar whose day rows do not stand in its tables; raises ``CalendarError``.

    The day rows bring their own names, so that a refusal points to where its reader will look.
    """
    scope = Scope(top.choice("scope", tuple(Scope)))
    year = None if scope is Scope.LOCAL and "year" not in top.cells else top.whole("year", least=1949, most=2999)
    notices = tuple(_notice(row) for row in top.rows("notice"))
    if scope is Scope.NATIONAL and not notices:
        top.refuse("没有写明所依据的放假通知（[[notice]]）")
    seen: dict[date, str] = {}
    resting = {day: name for row in rest for day, name in _rest(row, year, seen)}
    working = {day: name for row in makeup for day, name in _makeup(row, year, seen)}
    top.done()
    return CalendarFile(scope, year, notices, resting, working)


def days_of_holiday(row: Row, first: date, last: date) -> list[date]:
    """List the days from first to last; refuses a holiday that ends before it begins or lasts too long."""
    if not timedelta() <= last - first <= LONGEST_HOLIDAY:
        row.refuse(f"从 {first} 到 {last} 不是合理的假期")
    return [first + timedelta(days=passed) for passed in range((last - first).days + 1)]


def write_calendar(found: CalendarFile) -> str:
    """Write a calendar as TOML text, by date; whoever reads it back gets an equal calendar."""
    head = [f'scope = "{found.scope}"'] + ([] if found.year is None else [f"year = {found.year}"])
    tables = ["\n".join(head)]
    for one in found.notices:
        number = f"number = {_quoted(one.number)}\n" if one.number else ""
        tables.append(f"[[notice]]\ntitle = {_quoted(one.title)}\n{number}date = {one.issued_on}")
    for name, first, last in _spans(found.rest):
        until = f"\nto = {last}" if last != first else ""
        tables.append(f"[[rest]]\nholiday = {_quoted(name)}\nfrom = {first}{until}")
    for name, days in _by_holiday(found.makeup).items():
        tables.append(f"[[makeup]]\nholiday = {_quoted(name)}\ndays = [{', '.join(map(str, days))}]")
    return "\n\n".join(tables) + "\n"


def _spans(rest: Mapping[date, str]) -> list[tuple[str, date, date]]:
    """Join a holiday's consecutive days, never to more than a reader would take."""
    found: list[tuple[str, date, date]] = []
    for day in sorted(rest):
        name, first, last = found[-1] if found else ("", day, day)  # no holiday has an empty name
        if name == rest[day] and day - last == timedelta(days=1) and day - first <= LONGEST_HOLIDAY:
            found[-1] = (name, first, day)
        else:
            found.append((rest[day], day, day))
    return found


def _by_holiday(makeup: Mapping[date, str]) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for day in sorted(makeup):
        found.setdefault(makeup[day], []).append(day)
    return found


def _quoted(text: str) -> str:
    """Write a TOML string: JSON's escapes are TOML's too, but JSON leaves DEL bare, which TOML forbids."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _notice(row: Row) -> Notice:
    notice = Notice(row.text("title"), row.text("number", ""), row.day("date"))
    row.done()
    return notice


def _rest(row: Row, year: int | None, seen: dict[date, str]) -> Iterator[tuple[date, str]]:
    name, first = row.text("holiday"), row.day("from")
    last = row.day("to", first)
    row.done()
    for day in days_of_holiday(row, first, last):
        _claim(row, day, year, seen)
        yield day, name


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
