"""Deadlines: counting days by the civil code's analogy, with every step written down."""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

from rules.errors import CaseworkError
from rules.packs import Rule, Unit
from rules.working_days import Calendar

ONE_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
UNIT_WORDS = {Unit.CALENDAR_DAY: "日", Unit.WORKING_DAY: "个工作日", Unit.MONTH: "个月"}
LENGTH = re.compile(r"^(\d{1,4})(d|wd|m)$")


class DeadlineError(CaseworkError):
    """A length or an extension cannot be counted."""


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A due date with everything it was computed from; all dates are days in Asia/Shanghai."""

    rule_key: str
    start: date
    raw: date
    effective: date
    provisional: bool
    basis: str
    length: int
    unit: Unit
    pack_version: str
    calendar_version: str
    steps: tuple[str, ...]


def compute_due(rule: Rule, start: date, calendar: Calendar, *, roll_last_day: bool = True, pack_version: str = "") -> Deadline:
    """Count a limit from a day: the first day is not counted, a last day on a rest day rolls to the next working day.

    ``raw`` is the counted day; ``effective`` the day after rolling. Working-day limits end on a working day
    and never roll. A count that touches a year without a calendar is provisional.
    """
    steps = [f"起算：{_named(start)}，当日不计入（民法典第二百零一条，类推）", f"期限：{rule.length} {UNIT_WORDS[rule.unit]}（{rule.article}）"]
    raw, skipped = _count(rule, start, calendar)
    steps += skipped
    steps.append(f"届满日：{_named(raw)}")
    rolls = roll_last_day and rule.unit is not Unit.WORKING_DAY
    effective = calendar.next_working_day(raw) if rolls else raw
    if effective != raw:
        steps.append(f"届满日是{calendar.reason(raw)}，顺延至下一工作日 {_named(effective)}（民法典第二百零三条，类推）")
    provisional = not all(calendar.covers(day) for day in (start, raw, effective))
    if provisional:
        steps.append(f"{effective.year} 年的放假安排尚未发布或载入，本日期为暂定，载入后重算")
    steps.append(f"规则包 {pack_version or '（直接给定）'}，日历 {calendar.version}")
    return Deadline(
        rule_key=rule.key, start=start, raw=raw, effective=effective, provisional=provisional, basis=rule.article,
        length=rule.length, unit=rule.unit, pack_version=pack_version, calendar_version=calendar.version, steps=tuple(steps),
    )  # fmt: skip


def extend(rule: Rule, start: date, calendar: Calendar, *, days: int, pack_version: str = "", roll_last_day: bool = True) -> Deadline:
    """Extend a limit by calendar days, counted from its original start (条例 第三十四条); raises ``DeadlineError``."""
    if rule.extension is None:
        raise DeadlineError(f"“{rule.label}”不能延期")
    if not 0 < days <= rule.extension.max:
        raise DeadlineError(f"“{rule.label}”最多延长 {rule.extension.max} 日")
    if rule.unit is not Unit.CALENDAR_DAY:
        raise DeadlineError(f"“{rule.label}”不是按日计算，不能按日延期")
    longer = replace(rule, length=rule.length + days)
    return compute_due(longer, start, calendar, roll_last_day=roll_last_day, pack_version=pack_version)


def parse_length(text: str) -> Rule:
    """Read a length given directly: ``15d`` calendar days, ``5wd`` working days, ``3m`` months."""
    found = LENGTH.match(text.strip().lower())
    if not found or int(found[1]) == 0:
        raise DeadlineError(f"“{text}”不是期限，请写成 15d（日）、5wd（工作日）或 3m（月）")
    unit = {"d": Unit.CALENDAR_DAY, "wd": Unit.WORKING_DAY, "m": Unit.MONTH}[found[2]]
    return Rule(key=text, label=text, length=int(found[1]), unit=unit, article="直接给定的期限")


def warning_date(deadline: Deadline, percent: int) -> date:
    """The day on which so many percent of the counted span have gone, rounded up; 100 is the effective day."""
    if percent >= 100:
        return deadline.effective
    span = (deadline.raw - deadline.start).days
    return deadline.start + timedelta(days=-(-span * percent // 100))


def _count(rule: Rule, start: date, calendar: Calendar) -> tuple[date, list[str]]:
    if rule.unit is Unit.CALENDAR_DAY:
        return start + timedelta(days=rule.length), []
    if rule.unit is Unit.MONTH:
        return _add_months(start, rule.length), []
    day, left, skipped = start, rule.length, []
    while left:
        day += ONE_DAY
        if calendar.is_working(day):
            left -= 1
        else:
            skipped.append(f"{_named(day)} 是{calendar.reason(day)}，不计")
    return day, skipped


def _add_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _named(day: date) -> str:
    return f"{day} 星期{WEEKDAYS[day.weekday()]}"
