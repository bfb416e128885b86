"""Counting: the office's test vectors, the words that explain them, and the properties that always hold."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.data.pack_files import load_packs
from rules.deadlines import DeadlineError, compute_due, extend, parse_length
from rules.ladder import warning_days
from rules.packs import Rule, TimeUnit
from rules.working_days import DayKind, load_calendar

CALENDAR = load_calendar()
PACK = load_packs().pack_for("npc_city", date(2026, 1, 1))
DAYS = st.dates(date(2019, 6, 1), date(2028, 6, 1))
COVERED = st.dates(date(2020, 1, 1), date(2026, 6, 30))
EXTENSIBLE = [rule for pack in load_packs().versions for rule in pack.rules if rule.extension]
LENGTHS = st.one_of(
    st.builds("{}d".format, st.integers(1, 400)),
    st.builds("{}wd".format, st.integers(1, 120)),
    st.builds("{}m".format, st.integers(1, 24)),
)

VECTORS = [
    ("2025-12-17", "15d", "2026-01-01", "2026-01-04", "new year's day rolls to a make-up Sunday"),
    ("2026-01-30", "15d", "2026-02-14", "2026-02-14", "a make-up Saturday does not roll"),
    ("2026-01-31", "15d", "2026-02-15", "2026-02-24", "the spring festival rolls to its end"),
    ("2026-02-13", "15d", "2026-02-28", "2026-02-28", "another make-up Saturday does not roll"),
    ("2026-03-02", "60d", "2026-05-01", "2026-05-06", "sixty days end on labour day"),
    ("2026-03-02", "90d", "2026-05-31", "2026-06-01", "ninety days end on a Sunday"),
    ("2026-08-05", "60d", "2026-10-04", "2026-10-08", "sixty days end on national day"),
    ("2026-09-18", "15d", "2026-10-03", "2026-10-08", "fifteen days end on national day"),
    ("2026-09-08", "30d", "2026-10-08", "2026-10-08", "thirty days end on a Thursday"),
    ("2026-02-12", "5wd", "2026-02-26", "2026-02-26", "working days skip the spring festival"),
    ("2026-02-13", "3wd", "2026-02-25", "2026-02-25", "a make-up Saturday counts"),
    ("2026-04-30", "5wd", "2026-05-11", "2026-05-11", "the make-up Saturday after labour day counts"),
    ("2026-09-17", "5wd", "2026-09-23", "2026-09-23", "a make-up Sunday counts"),
    ("2026-09-24", "10wd", "2026-10-15", "2026-10-15", "two holidays in one count"),
    ("2026-01-31", "1m", "2026-02-28", "2026-02-28", "a month without that day ends on its last"),
    ("2024-11-30", "3m", "2025-02-28", "2025-02-28", "months cross the year"),
    ("2026-01-15", "3m", "2026-04-15", "2026-04-15", "three months end on the same day"),
]


def rule(key: str) -> Rule:
    return PACK.rule(key)


class TestVectors:
    @pytest.mark.parametrize(
        ("start", "length", "raw", "effective"), [row[:4] for row in VECTORS], ids=[row[4] for row in VECTORS]
    )
    def test_ends_on_the_right_day(self, start: str, length: str, raw: str, effective: str) -> None:
        due = compute_due(parse_length(length), date.fromisoformat(start), CALENDAR)
        assert (due.raw.isoformat(), due.effective.isoformat(), due.provisional) == (raw, effective, False)

    def test_a_count_into_a_year_without_a_calendar_is_provisional(self) -> None:
        due = compute_due(parse_length("3wd"), date(2026, 12, 30), CALENDAR)
        assert due.provisional
        assert due.why[-1].startswith("暂定：2027 年的工作日历尚未载入")

    @pytest.mark.parametrize(
        ("start", "length", "provisional"),
        [
            pytest.param("2026-12-24", "5wd", False, id="the last covered day is certain"),
            pytest.param("2026-12-20", "12d", True, id="landing in the missing year is not"),
            pytest.param("2019-12-31", "5d", False, id="a start before the first calendar does not matter"),
            pytest.param("2019-12-30", "5wd", True, id="a working day counted before the first calendar does"),
        ],
    )
    def test_only_days_that_were_looked_up_count(self, start: str, length: str, provisional: bool) -> None:
        due = compute_due(parse_length(length), date.fromisoformat(start), CALENDAR)
        assert due.provisional is provisional

    def test_rolling_is_a_switch(self) -> None:
        due = compute_due(rule("handle"), date(2026, 3, 2), CALENDAR, roll_last_day=False)
        assert due.effective == due.raw == date(2026, 5, 1)
        assert any("设置为不顺延" in step for step in due.why)

    def test_register_is_due_the_same_working_day(self) -> None:
        assert compute_due(rule("register"), date(2026, 2, 14), CALENDAR).effective == date(2026, 2, 14)
        assert compute_due(rule("register"), date(2026, 2, 15), CALENDAR).effective == date(2026, 2, 24)


class TestWhyThisDate:
    def test_a_roll_is_explained(self) -> None:
        due = compute_due(rule("handle"), date(2026, 3, 2), CALENDAR, pack_version=PACK.version)
        said = "\n".join(due.why)
        for part in (
            "2026-03-02（周一）",
            "民法典 第二百零一条",
            "60 日",
            "信访工作条例 第三十四条",
            "劳动节休息日",
            "2026-05-06（周三）",
            "民法典 第二百零三条",
            "npc_city@2022-05-01",
            "国办发明电〔2025〕7号",
        ):
            assert part in said
        assert CALENDAR.version in said

    def test_skipped_and_counted_days_are_named(self) -> None:
        steps = compute_due(parse_length("5wd"), date(2026, 2, 12), CALENDAR).why
        assert "跳过：2026-02-15（周日）至 2026-02-23（周一），春节休息日，不计入" in steps
        assert "计入：2026-02-14（周六），春节调休上班日" in steps

    def test_inputs_are_kept(self) -> None:
        due = compute_due(rule("handle"), date(2026, 3, 2), CALENDAR, pack_version=PACK.version)
        assert (due.rule_key, due.length, due.unit) == ("handle", 60, TimeUnit.CALENDAR_DAY)
        assert due.basis == "信访工作条例 第三十四条"
        assert (due.pack_version, due.calendar_version) == (PACK.version, CALENDAR.version)


class TestExtension:
    def test_counts_from_the_original_start_not_from_the_rolled_day(self) -> None:
        longer = extend(rule("handle"), date(2026, 3, 2), CALENDAR, days=30)
        assert (longer.raw, longer.effective) == (date(2026, 5, 31), date(2026, 6, 1))

    def test_to_the_full_equals_the_extended_row(self) -> None:
        start = date(2026, 8, 5)
        full = compute_due(rule("handle_extended"), start, CALENDAR)
        assert extend(rule("handle"), start, CALENDAR, days=30).effective == full.effective

    @pytest.mark.parametrize(
        ("key", "days", "reason"),
        [
            pytest.param("handle", 31, "可延长 1 至 30 日，不能延长 31 日", id="beyond the cap"),
            pytest.param("handle", 0, "不能延长 0 日", id="by nothing"),
            pytest.param("handle", -1, "不能延长 -1 日", id="backwards"),
            pytest.param("divert", 5, "不得延期", id="where the rule has none"),
        ],
    )
    def test_is_refused(self, key: str, days: int, reason: str) -> None:
        with pytest.raises(DeadlineError, match=reason):
            extend(rule(key), date(2026, 3, 2), CALENDAR, days=days)


class TestLengths:
    @pytest.mark.parametrize(
        ("text", "length", "unit"),
        [
            ("15d", 15, TimeUnit.CALENDAR_DAY),
            ("5WD", 5, TimeUnit.WORKING_DAY),
            (" 3m ", 3, TimeUnit.MONTH),
            ("15日", 15, TimeUnit.CALENDAR_DAY),
            ("5个工作日", 5, TimeUnit.WORKING_DAY),
            ("3个月", 3, TimeUnit.MONTH),
        ],
    )
    def test_reads(self, text: str, length: int, unit: TimeUnit) -> None:
        found = parse_length(text)
        assert (found.length, found.unit) == (length, unit)

    @pytest.mark.parametrize("text", ["", "15", "d", "0d", "-5d", "1.5d", "15x", "99999d", "5 w d", "１５d"])
    def test_refuses(self, text: str) -> None:
        with pytest.raises(DeadlineError, match="看不懂期限"):
            parse_length(text)

    @pytest.mark.parametrize("length", ["60d", "5wd", "3m"])
    def test_beyond_the_last_date_is_a_sentence_not_a_fault(self, length: str) -> None:
        with pytest.raises(DeadlineError, match="超出了可以计算的日期范围"):
            compute_due(parse_length(length), date(9999, 12, 30), CALENDAR)


class TestWarnings:
    def test_days_are_rounded_up_and_the_last_is_the_effective_day(self) -> None:
        due = compute_due(rule("handle"), date(2026, 3, 2), CALENDAR)
        assert warning_days(due.start, due.raw, due.effective, (50, 75, 90, 100)) == {
            50: date(2026, 4, 1),
            75: date(2026, 4, 16),
            90: date(2026, 4, 25),
            100: date(2026, 5, 6),
        }
        fortnight = compute_due(parse_length("15d"), date(2026, 3, 2), CALENDAR)
        assert warning_days(fortnight.start, fortnight.raw, fortnight.effective, [50]) == {50: date(2026, 3, 10)}


class TestProperties:
    @given(DAYS, LENGTHS)
    def test_effective_is_never_before_raw_and_never_rests(self, start: date, length: str) -> None:
        due = compute_due(parse_length(length), start, CALENDAR)
        assert due.effective >= due.raw > due.start
        assert CALENDAR.is_working(due.effective)

    @given(COVERED, st.integers(1, 120))
    def test_adding_then_counting_working_days_agrees(self, start: date, length: int) -> None:
        due = compute_due(parse_length(f"{length}wd"), start, CALENDAR)
        passed = (start + timedelta(days=offset) for offset in range(1, (due.raw - start).days + 1))
        assert sum(map(CALENDAR.is_working, passed)) == length
        assert due.raw == due.effective

    @given(DAYS, st.integers(1, 400))
    def test_adding_then_counting_calendar_days_agrees(self, start: date, length: int) -> None:
        assert (compute_due(parse_length(f"{length}d"), start, CALENDAR).raw - start).days == length

    @given(DAYS, st.integers(0, 40), LENGTHS)
    def test_a_later_start_never_ends_earlier(self, start: date, later: int, length: str) -> None:
        limit = parse_length(length)
        first, second = (compute_due(limit, day, CALENDAR) for day in (start, start + timedelta(days=later)))
        assert first.raw <= second.raw
        assert first.effective <= second.effective

    @given(st.dates())
    def test_every_day_is_one_of_four_kinds(self, day: date) -> None:
        assert CALENDAR.kind(day) in set(DayKind)

    @given(st.sampled_from(EXTENSIBLE), COVERED, st.integers(-10, 100))
    def test_an_extension_never_exceeds_its_cap(self, limit: Rule, start: date, days: int) -> None:
        assert limit.extension is not None
        try:
            longer = extend(limit, start, CALENDAR, days=days)
        except DeadlineError:
            assert not 1 <= days <= limit.extension.max
        else:
            assert limit.length < longer.length <= limit.length + limit.extension.max

    @given(COVERED, LENGTHS, st.integers(1, 100))
    def test_a_warning_lies_within_the_limit(self, start: date, length: str, percent: int) -> None:
        due = compute_due(parse_length(length), start, CALENDAR)
        assert start < warning_days(due.start, due.raw, due.effective, [percent])[percent] <= due.effective
