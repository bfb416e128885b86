"""Counting a limit: from a start day to the day it ends, with every step said in words."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rules.due_words import Counted, GivenDay, explain, explain_given
from rules.errors import CaseworkError
from rules.packs import Limit, Rule, TimeUnit
from rules.working_days import ONE_DAY, Calendar

LENGTH = re.compile(r"([0-9]{1,4})\s*(d|wd|m|日|天|个?工作日|个月)")
UNITS = dict.fromkeys(("d", "日", "天"), TimeUnit.CALENDAR_DAY) | dict.fromkeys(("m", "个月"), TimeUnit.MONTH)
DIRECT = "直接给定的期限"


class DeadlineError(CaseworkError):
    """A limit cannot be read, counted or extended as asked."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A computed limit with all its inputs; dates are plain days in Asia/Shanghai.

    ``raw`` is the counted last day, ``effective`` the day after rolling over rest days. ``provisional`` means that a
    year without a calendar was touched: compute again once it is published.
    """

    rule_key: str
    start: date
    raw: date
    effective: date
    provisional: bool
    basis: str
    length: int
    unit: TimeUnit
    pack_version: str
    calendar_version: str
    why: tuple[str, ...]


def compute_due(
    rule: Limit, start: date, calendar: Calendar, *, roll_last_day: bool = True, pack_version: str = "", paused: int = 0
) -> Deadline:
    """Count a limit in its own unit; the start day is never counted (民法典 第二百零一条, by analogy).

    ``paused`` are days during which the clock was suspended and which are not counted (条例 第三十六条第二款 for
    hearings): working days of a limit in working days, calendar days of every other one.

    Calendar days and months (第二百零二条) may end on a rest day and then roll to the next working day
    (第二百零三条), make-up Saturdays and Sundays being working days. Working days end on a working day.
    """
    try:
        counted = _count(rule, start, calendar, paused)
        effective = counted[-1]
        if roll_last_day and not calendar.is_working(effective):
            effective = calendar.next_working_day(effective)
    except OverflowError:
        raise DeadlineError(f"自 {start} 起算的“{rule.label}”超出了可以计算的日期范围") from None
    raw = counted[-1]
    missing = frozenset(day.year for day in (*counted, *_days(raw, effective)) if not calendar.covers(day))
    told = Counted(
        rule=rule,
        start=start,
        days=counted,
        effective=effective,
        calendar=calendar,
        missing=missing,
        paused=paused,
        rolls=roll_last_day,
        pack_version=pack_version,
    )
    inputs = _inputs(rule, start, calendar, pack_version)
    return Deadline(raw=raw, effective=effective, provisional=bool(missing), why=explain(told), **inputs)


def _inputs(rule: Limit, start: date, calendar: Calendar, pack_version: str) -> dict[str, Any]:
    return {
        "rule_key": rule.key,
        "start": start,
        "basis": rule.article,
        "length": rule.length,
        "unit": rule.unit,
        "pack_version": pack_version,
        "calendar_version": calendar.version,
    }


@dataclass(frozen=True, kw_only=True)
class Adjusted:
    """What changed a limit after it began: days granted, days suspended, and the day that a letter set itself."""

    extended: int = 0
    paused: int = 0
    given: date | None = None


def count_adjusted(
    rule: Rule, start: date, calendar: Calendar, changed: Adjusted, *, pack_version: str = "", roll_last_day: bool = True
) -> Deadline:
    """Count a limit from everything that belongs to it: always from the original start, never from a rolled day.

    A day that a letter, a meeting or a promise set is taken as it is: it does not roll and needs no calendar.
    """
    if changed.given is not None:
        return _given(rule, start, calendar, changed, pack_version)
    longer = rule
    if changed.extended:
        said = f"{rule.label}（延期 {changed.extended} {rule.unit.word}）"
        longer = replace(rule, length=rule.length + changed.extended, label=said)
    return compute_due(longer, start, calendar, roll_last_day=roll_last_day, pack_version=pack_version, paused=changed.paused)


def _given(rule: Rule, start: date, calendar: Calendar, changed: Adjusted, pack_version: str) -> Deadline:
    on = changed.given or start
    last = on + timedelta(days=changed.extended + changed.paused)
    told = GivenDay(
        rule=rule, start=start, on=on, last=last, extended=changed.extended, paused=changed.paused, pack_version=pack_version
    )
    inputs = _inputs(rule, start, calendar, pack_version)
    return Deadline(raw=last, effective=last, provisional=False, why=explain_given(told), **inputs)


def extend(
    rule: Rule, start: date, calendar: Calendar, *, days: int, pack_version: str = "", roll_last_day: bool = True
) -> Deadline:
    """Extend a limit by ``days`` of its own unit, counted from the original start, never from a rolled date.

    The rule's cap holds (条例 第三十四条: at most 30 calendar days, 90 from acceptance); raises ``DeadlineError``.
    """
    if rule.extension is None:
        raise DeadlineError(f"“{rule.label}”不得延期（{rule.article}）")
    word = rule.unit.word
    if not 1 <= days <= rule.extension.max:
        raise DeadlineError(f"“{rule.label}”可延长 1 至 {rule.extension.max} {word}，不能延长 {days} {word}")
    changed = Adjusted(extended=days)
    return count_adjusted(rule, start, calendar, changed, roll_last_day=roll_last_day, pack_version=pack_version)


def parse_length(text: str) -> Limit:
    """Read a length given directly: ``15d`` calendar days, ``5wd`` working days, ``3m`` months; 15日 too."""
    plain = text.strip().lower()
    found = LENGTH.fullmatch(plain)
    if found is None or int(found[1]) == 0:
        raise DeadlineError(f"看不懂期限“{text}”：请写 15d（日）、5wd（工作日）或 3m（月），长度 1 至 9999")
    unit = UNITS.get(found[2], TimeUnit.WORKING_DAY)
    basis = f"{DIRECT}（未引用规则）"
    return Limit(key=plain, label=DIRECT, starts_on="给定日期", length=int(found[1]), unit=unit, article=basis)


def _count(rule: Limit, start: date, calendar: Calendar, paused: int) -> list[date]:
    """Count to the last day; working days give every day passed on the way, for the explanation."""
    if rule.unit is TimeUnit.GIVEN_DAY:
        raise DeadlineError(f"“{rule.label}”由来函、会议或者承诺直接定日，不能从起算日推算")
    if rule.unit is TimeUnit.CALENDAR_DAY:
        return [start + timedelta(days=rule.length + paused)]
    if rule.unit is TimeUnit.MONTH:
        return [_months_later(start, rule.length) + timedelta(days=paused)]
    if rule.length + paused == 0:  # 当日办结：on the day itself, or on the first working day after a rest day
        return [start] if calendar.is_working(start) else _days(start, calendar.next_working_day(start))
    passed, left = [start], rule.length + paused
    while left:
        passed.append(passed[-1] + ONE_DAY)
        left -= calendar.is_working(passed[-1])
    return passed[1:]


def _months_later(start: date, months: int) -> date:
    """Find the same day of a later month, or that month's last day (民法典 第二百零二条)."""
    from pendulum import Date  # here, for most commands count no months and start without it

    try:
        later = Date(start.year, start.month, start.day).add(months=months)
    except ValueError:  # beyond the last year there is
        raise OverflowError from None
    return date(later.year, later.month, later.day)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
