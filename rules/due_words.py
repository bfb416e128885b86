"""Why this date: the lines that explain a computed limit to staff."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from rules.packs import Limit, Unit
from rules.working_days import ONE_DAY, Calendar, name_day


def explain(
    rule: Limit,
    start: date,
    counted: Sequence[date],
    effective: date,
    *,
    calendar: Calendar,
    roll_last_day: bool,
    pack_version: str,
    missing: set[int],
    paused: int = 0,
) -> tuple[str, ...]:
    """Say how a limit was counted: ``counted`` ends on the raw day; ``missing`` are years without a calendar."""
    raw = counted[-1]
    lines = [*_opening(rule, start), *_paused(rule, paused), *_skipped(counted[:-1], calendar)]
    lines.append(_ending(rule, raw, effective, calendar=calendar, roll_last_day=roll_last_day))
    lines.append(_versions(calendar, pack_version, {raw.year, effective.year}))
    return (*lines, _warning(missing)) if missing else tuple(lines)


def _opening(rule: Limit, start: date) -> tuple[str, str]:
    counting = f"当日不计入，自 {start + ONE_DAY} 起计（比照民法典 第二百零一条）"
    if rule.length == 0:
        counting = "当日是工作日的，以当日为限"
    return (
        f"起算：{name_day(start)}，{rule.starts_on}；{counting}",
        f"期限：{rule.label}，{rule.length} {rule.unit.word}；依据：{rule.article}",
    )


def explain_given(
    rule: Limit, start: date, given: date, last: date, *, extended: int, paused: int, pack_version: str
) -> tuple[str, ...]:
    """Say how a day came about that a letter, a meeting or a promise set."""
    longer = f"；延期 {extended} 日" if extended else ""
    return (
        f"起算：{name_day(start)}，{rule.starts_on}",
        f"期限：{rule.label}，直接定为 {name_day(given)}{longer}；依据：{rule.article}",
        *_paused(rule, paused),
        f"届满：{name_day(last)}；所定日期不顺延",
        f"规则包：{pack_version or '未引用'}；所定日期不依赖工作日历",
    )


def _paused(rule: Limit, paused: int) -> list[str]:
    word = "个工作日" if rule.unit is Unit.WORKING_DAY else "日"
    return [f"中止：中止计时 {paused} {word}，不计入"] if paused else []


def _skipped(passed: Sequence[date], calendar: Calendar) -> list[str]:
    """Say which rest days a working-day count passes over, and which make-up days it takes in."""
    lines = []
    for reason, group in groupby(passed, key=calendar.reason):
        days = list(group)
        span = name_day(days[0]) + (f"至 {name_day(days[-1])}" if len(days) > 1 else "")
        if not calendar.is_working(days[0]):
            lines.append(f"跳过：{span}，{reason}，不计入")
        elif reason != "工作日":
            lines.append(f"计入：{span}，{reason}")
    return lines


def _ending(rule: Limit, raw: date, effective: date, *, calendar: Calendar, roll_last_day: bool) -> str:
    line = f"届满：{name_day(raw)}，{calendar.reason(raw)}"
    if effective != raw:
        return f"{line}；顺延至休息日后第一个工作日 {name_day(effective)}（比照民法典 第二百零三条）"
    if not roll_last_day and not calendar.is_working(raw):
        return f"{line}；设置为不顺延"
    return line if rule.unit is Unit.WORKING_DAY else f"{line}，无须顺延"


def _versions(calendar: Calendar, pack_version: str, years: set[int]) -> str:
    sources = "；".join(f"{year} 年依据 {calendar.source(year)}" for year in sorted(years) if calendar.source(year))
    known = f"（{sources}）" if sources else ""
    return f"规则包：{pack_version or '未引用'}；工作日历：{calendar.version}{known}"


def _warning(years: set[int]) -> str:
    names = "、".join(str(year) for year in sorted(years))
    return f"暂定：{names} 年的工作日历尚未载入，按普通周末推算；放假通知公布并载入后必须重新计算"
