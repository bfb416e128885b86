"""Why this date: the lines that explain a computed limit to staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from rules.packs import Limit, TimeUnit
from rules.working_days import ONE_DAY, Calendar, name_day


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A limit that was counted: ``days`` end on the raw last day, ``missing`` are years without a calendar."""

    rule: Limit
    start: date
    days: Sequence[date]
    effective: date
    calendar: Calendar
    missing: frozenset[int] = frozenset()
    paused: int = 0
    rolls: bool = True
    pack_version: str = ""

    @property
    def raw(self) -> date:
        """The counted last day, before it rolled."""
        return self.days[-1]


def explain(count: Counted) -> tuple[str, ...]:
    """Say how a limit was counted, a line a step."""
    lines = [
        *_opening(count.rule, count.start),
        *_exempt(count.rule),
        *_paused(count.rule, count.paused),
        *_skipped(count.days[:-1], count.calendar),
    ]
    lines.append(_ending(count))
    lines.append(_versions(count.calendar, count.pack_version, {count.raw.year, count.effective.year}))
    return (*lines, _warning(count.missing)) if count.missing else tuple(lines)


def _opening(rule: Limit, start: date) -> tuple[str, str]:
    counting = f"当日不计入，自 {start + ONE_DAY} 起计（比照民法典 第二百零一条）"
    if rule.length == 0:
        counting = "当日是工作日的，以当日为限"
    return (
        f"起算：{name_day(start)}，{rule.start_words}；{counting}",
        f"期限：{rule.label}，{rule.length} {rule.unit.word}；依据：{rule.article}",
    )


@dataclass(frozen=True, kw_only=True)
class GivenDay:
    """A limit whose last day a letter, a meeting or a promise set: ``on``, and ``last`` with what came to it since."""

    rule: Limit
    start: date
    on: date
    last: date
    extended: int = 0
    paused: int = 0
    pack_version: str = ""


def explain_given(given: GivenDay) -> tuple[str, ...]:
    """Say how a day came about that somebody set himself."""
    rule, longer = given.rule, f"；延期 {given.extended} 日" if given.extended else ""
    return (
        f"起算：{name_day(given.start)}，{rule.start_words}",
        f"期限：{rule.label}，直接定为 {name_day(given.on)}{longer}；依据：{rule.article}",
        *_exempt(rule),
        *_paused(rule, given.paused),
        f"届满：{name_day(given.last)}；所定日期不顺延",
        f"规则包：{given.pack_version or '未引用'}；所定日期不依赖工作日历",
    )


def _exempt(rule: Limit) -> list[str]:
    return [f"例外：{rule.exempt_words}"] if rule.exempt_words else []


def _paused(rule: Limit, paused: int) -> list[str]:
    word = "个工作日" if rule.unit is TimeUnit.WORKING_DAY else "日"
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


def _ending(count: Counted) -> str:
    raw, calendar = count.raw, count.calendar
    line = f"届满：{name_day(raw)}，{calendar.reason(raw)}"
    if count.effective != raw:
        return f"{line}；顺延至休息日后第一个工作日 {name_day(count.effective)}（比照民法典 第二百零三条）"
    if not count.rolls and not calendar.is_working(raw):
        return f"{line}；设置为不顺延"
    return line if count.rule.unit is TimeUnit.WORKING_DAY else f"{line}，无须顺延"


def _versions(calendar: Calendar, pack_version: str, years: set[int]) -> str:
    sources = "；".join(f"{year} 年依据 {calendar.source(year)}" for year in sorted(years) if calendar.source(year))
    known = f"（{sources}）" if sources else ""
    return f"规则包：{pack_version or '未引用'}；工作日历：{calendar.version}{known}"


def _warning(years: frozenset[int]) -> str:
    names = "、".join(str(year) for year in sorted(years))
    return f"暂定：{names} 年的工作日历尚未载入，按普通周末推算；放假通知公布并载入后必须重新计算"
