"""Why this day: every line that a limit gives as its reason, word for word."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.data.pack_files import load_packs
from rules.deadlines import Adjusted, compute_due, count_adjusted, parse_length
from rules.packs import TimeUnit
from rules.working_days import load_calendar

CALENDAR = load_calendar()
VERSION = f"规则包：未引用；工作日历：{CALENDAR.version}"


def lines(length: str, start: str, **more: int | bool) -> list[str]:
    """The reasons of a limit given directly, without the line on versions."""
    due = compute_due(parse_length(length), date.fromisoformat(start), CALENDAR, **more)  # type: ignore[arg-type]
    return [line for line in due.why if not line.startswith("规则包：")]


def opening(start: str, first: str, length: str) -> list[str]:
    return [
        f"起算：{start}，给定日期；当日不计入，自 {first} 起计（比照民法典 第二百零一条）",
        f"期限：直接给定的期限，{length}；依据：直接给定的期限（未引用规则）",
    ]


REASONS = [
    pytest.param(
        "15d", "2026-03-02", {}, "2026-03-02（周一）", "2026-03-03", "15 日", ["届满：2026-03-17（周二），工作日，无须顺延"],
        id="days that end on a working day",
    ),
    pytest.param(
        "60d", "2026-03-02", {}, "2026-03-02（周一）", "2026-03-03", "60 日",
        ["届满：2026-05-01（周五），劳动节休息日；顺延至休息日后第一个工作日 2026-05-06（周三）（比照民法典 第二百零三条）"],
        id="days that end on a holiday roll",
    ),
    pytest.param(
        "5d", "2026-03-02", {}, "2026-03-02（周一）", "2026-03-03", "5 日",
        ["届满：2026-03-07（周六），周末；顺延至休息日后第一个工作日 2026-03-09（周一）（比照民法典 第二百零三条）"],
        id="days that end on a Saturday roll",
    ),
    pytest.param(
        "5d", "2026-03-02", {"roll_last_day": False}, "2026-03-02（周一）", "2026-03-03", "5 日",
        ["届满：2026-03-07（周六），周末；设置为不顺延"],
        id="an office that does not roll says so",
    ),
    pytest.param(
        "15d", "2026-01-30", {}, "2026-01-30（周五）", "2026-01-31", "15 日",
        ["届满：2026-02-14（周六），春节调休上班日，无须顺延"],
        id="a make-up Saturday is a working day",
    ),
    pytest.param(
        "5wd", "2026-03-02", {}, "2026-03-02（周一）", "2026-03-03", "5 个工作日",
        ["跳过：2026-03-07（周六）至 2026-03-08（周日），周末，不计入", "届满：2026-03-09（周一），工作日"],
        id="working days pass over a weekend",
    ),
    pytest.param(
        "3wd", "2026-03-02", {}, "2026-03-02（周一）", "2026-03-03", "3 个工作日", ["届满：2026-03-05（周四），工作日"],
        id="working days within a week pass over nothing",
    ),
    pytest.param(
        "5wd", "2026-04-29", {}, "2026-04-29（周三）", "2026-04-30", "5 个工作日",
        ["跳过：2026-05-01（周五）至 2026-05-05（周二），劳动节休息日，不计入", "届满：2026-05-09（周六），劳动节调休上班日"],
        id="working days end on a make-up Saturday",
    ),
    pytest.param(
        "6wd", "2026-04-29", {}, "2026-04-29（周三）", "2026-04-30", "6 个工作日",
        [
            "跳过：2026-05-01（周五）至 2026-05-05（周二），劳动节休息日，不计入",
            "计入：2026-05-09（周六），劳动节调休上班日",
            "跳过：2026-05-10（周日），周末，不计入",
            "届满：2026-05-11（周一），工作日",
        ],
        id="working days take a make-up Saturday in",
    ),
    pytest.param(
        "1m", "2026-01-31", {}, "2026-01-31（周六）", "2026-02-01", "1 个月",
        ["届满：2026-02-28（周六），春节调休上班日，无须顺延"],
        id="a month without that day",
    ),
    pytest.param(
        "15d", "2026-03-02", {"paused": 3}, "2026-03-02（周一）", "2026-03-03", "15 日",
        ["中止：中止计时 3 日，不计入", "届满：2026-03-20（周五），工作日，无须顺延"],
        id="days that stood still",
    ),
    pytest.param(
        "5wd", "2026-03-02", {"paused": 2}, "2026-03-02（周一）", "2026-03-03", "5 个工作日",
        [
            "中止：中止计时 2 个工作日，不计入",
            "跳过：2026-03-07（周六）至 2026-03-08（周日），周末，不计入",
            "届满：2026-03-11（周三），工作日",
        ],
        id="working days that stood still",
    ),
    pytest.param(
        "12d", "2026-12-21", {}, "2026-12-21（周一）", "2026-12-22", "12 日",
        [
            "届满：2027-01-02（周六），周末；顺延至休息日后第一个工作日 2027-01-04（周一）（比照民法典 第二百零三条）",
            "暂定：2027 年的工作日历尚未载入，按普通周末推算；放假通知公布并载入后必须重新计算",
        ],
        id="a year without a calendar",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("length", "start", "more", "begins", "first", "says", "rest"), REASONS)
def test_every_line_is_said_word_for_word(
    length: str, start: str, more: dict[str, int | bool], begins: str, first: str, says: str, rest: list[str]
) -> None:
    assert lines(length, start, **more) == opening(begins, first, says) + rest


@pytest.mark.parametrize(
    ("length", "start", "sources"),
    [
        pytest.param("15d", "2026-03-02", "（2026 年依据 {2026}）", id="within a year"),
        pytest.param("10d", "2025-12-24", "（2026 年依据 {2026}）", id="only the year that was looked up"),
        pytest.param("15d", "2022-12-16", "（2022 年依据 {2022}；2023 年依据 {2023}）", id="rolled into the next one"),
        pytest.param("15d", "2028-03-02", "", id="a year that nobody published"),
    ],
)
def test_the_calendars_are_cited_by_year(length: str, start: str, sources: str) -> None:
    due = compute_due(parse_length(length), date.fromisoformat(start), CALENDAR)
    [said] = [line for line in due.why if line.startswith("规则包：")]
    known = {str(year): CALENDAR.source(year) for year in (2022, 2023, 2026)}
    for year, source in known.items():
        sources = sources.replace(f"{{{year}}}", str(source))
    assert said == VERSION + sources


@pytest.mark.parametrize(
    ("adjusted", "said", "last"),
    [
        pytest.param({}, "", "2026-04-10（周五）", id="as it was given"),
        pytest.param({"extended": 10}, "；延期 10 日", "2026-04-20（周一）", id="extended"),
        pytest.param({"paused": 3}, "", "2026-04-13（周一）", id="stood still"),
        pytest.param({"extended": 8, "paused": 1}, "；延期 8 日", "2026-04-19（周日）", id="both, on a Sunday"),
    ],
)
def test_a_day_that_a_letter_set_does_not_roll_and_says_so(adjusted: dict[str, int], said: str, last: str) -> None:
    rule = parse_length("60d")
    changed = Adjusted(given=date(2026, 4, 10), **adjusted)
    due = count_adjusted(rule, date(2026, 3, 2), CALENDAR, changed)  # type: ignore[arg-type]
    paused = [f"中止：中止计时 {adjusted['paused']} 日，不计入"] if "paused" in adjusted else []
    assert list(due.why) == [
        "起算：2026-03-02（周一），给定日期",
        f"期限：直接给定的期限，直接定为 2026-04-10（周五）{said}；依据：直接给定的期限（未引用规则）",
        *paused,
        f"届满：{last}；所定日期不顺延",
        "规则包：未引用；所定日期不依赖工作日历",
    ]


def test_the_pack_is_named_where_one_is_cited() -> None:
    changed, version = Adjusted(given=date(2026, 4, 10)), "npc_city@2022-05-01"
    rule = load_packs().version(version).rule("assign")
    said = count_adjusted(rule, date(2026, 3, 2), CALENDAR, changed, pack_version=version).why
    assert said[-1] == f"规则包：{version}；所定日期不依赖工作日历"


@given(
    start=st.dates(date(2020, 1, 1), date(2026, 6, 30)),
    length=st.integers(1, 60),
    unit=st.sampled_from(TimeUnit),
    paused=st.integers(0, 20),
)
def test_start_length_end_and_versions_are_always_said(start: date, length: int, unit: TimeUnit, paused: int) -> None:
    if unit is TimeUnit.GIVEN_DAY:
        return
    rule = parse_length(f"{length}{ {TimeUnit.CALENDAR_DAY: 'd', TimeUnit.WORKING_DAY: 'wd', TimeUnit.MONTH: 'm'}[unit] }")
    due = compute_due(rule, start, CALENDAR, paused=paused)
    said = "\n".join(due.why)
    assert str(start) in due.why[0]
    assert f"{length} {unit.word}" in due.why[1]
    assert str(due.raw) in said
    assert str(due.effective) in said
    assert ("顺延至" in said) is (due.raw != due.effective)
    assert ("中止" in said) is (paused > 0)
    assert CALENDAR.version in said
    assert ("暂定" in said) is due.provisional


@given(start=st.dates(date(2020, 1, 1), date(2026, 3, 31)), length=st.integers(1, 40))
def test_days_passed_over_and_days_counted_make_up_the_span(start: date, length: int) -> None:
    due = compute_due(parse_length(f"{length}wd"), start, CALENDAR)
    span = [start + timedelta(days=offset) for offset in range(1, (due.effective - start).days + 1)]
    skipped = sum(
        1 + (date.fromisoformat(line.split("至 ")[1][:10]) - date.fromisoformat(line[3:13])).days if "至 " in line else 1
        for line in due.why
        if line.startswith("跳过：")
    )
    assert len(span) - skipped == length
