"""Every day of the shipped calendars against an independent source, and every way a calendar file is refused."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from chinese_calendar import is_workday
from chinese_calendar.constants import holidays, workdays

from rules.working_days import CalendarError, DayKind, load_calendar

CALENDAR = load_calendar()
YEARS = range(2020, 2027)
JOINED_WEEKEND = {date(2023, 12, 30), date(2023, 12, 31)}
"""国办发明电〔2023〕7号: "1月1日放假，与周末连休": a weekend, though the other source names it New Year's Day."""
NATIONAL = 'scope = "national"\nyear = 2027\n[[notice]]\ntitle = "通知"\ndate = 2026-11-01\n'
LOCAL = 'scope = "local"\n'


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def their_kind(day: date) -> DayKind:
    if day in workdays:
        return DayKind.MAKEUP_WORKDAY
    if day in holidays and day not in JOINED_WEEKEND:
        return DayKind.HOLIDAY
    return DayKind.WEEKEND if day.weekday() >= 5 else DayKind.WORKDAY


def overlay(folder: Path, text: str, *, name: str = "city.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("year", YEARS)
class TestAgainstChineseCalendar:
    def test_every_day_works_or_rests_alike(self, year: int) -> None:
        assert [day for day in days_of(year) if CALENDAR.is_working(day) is not is_workday(day)] == []

    def test_every_day_is_of_the_same_kind(self, year: int) -> None:
        assert [day for day in days_of(year) if CALENDAR.kind(day) is not their_kind(day)] == []

    def test_the_year_names_its_notice(self, year: int) -> None:
        assert CALENDAR.source(year).startswith(f"国办发明电〔{year - 1}〕")


class TestCalendar:
    @pytest.mark.parametrize(
        ("day", "kind", "reason"),
        [
            pytest.param("2026-02-13", DayKind.WORKDAY, "工作日", id="a Friday is a workday"),
            pytest.param("2026-02-14", DayKind.MAKEUP_WORKDAY, "春节调休上班日", id="a Saturday may be made up"),
            pytest.param("2026-02-16", DayKind.HOLIDAY, "春节休息日", id="a Monday may be a holiday"),
            pytest.param("2026-03-01", DayKind.WEEKEND, "周末", id="a Sunday is a weekend"),
            pytest.param("2020-02-01", DayKind.HOLIDAY, "春节休息日", id="the epidemic took back a make-up Saturday"),
            pytest.param("2022-12-31", DayKind.HOLIDAY, "元旦休息日", id="a notice may reach back into the old year"),
        ],
    )
    def test_kind_and_reason(self, day: str, kind: DayKind, reason: str) -> None:
        found = date.fromisoformat(day)
        assert (CALENDAR.kind(found), CALENDAR.reason(found)) == (kind, reason)

    def test_next_working_day_is_never_the_day_itself(self) -> None:
        assert CALENDAR.next_working_day(date(2026, 2, 13)) == date(2026, 2, 14)
        assert CALENDAR.next_working_day(date(2026, 2, 14)) == date(2026, 2, 24)

    def test_a_year_without_a_calendar_is_not_covered_and_follows_the_week(self) -> None:
        assert not CALENDAR.covers(date(2027, 1, 1))
        assert CALENDAR.kind(date(2027, 1, 1)) is DayKind.WORKDAY

    def test_each_year_has_248_to_252_working_days(self) -> None:
        counts = {year: sum(map(CALENDAR.is_working, days_of(year))) for year in YEARS}
        assert counts[2025] == counts[2026] == 248
        assert all(248 <= count <= 252 for count in counts.values())


class TestOverlay:
    def test_a_city_holiday_is_added(self, tmp_path: Path) -> None:
        found = load_calendar(overlay(tmp_path, LOCAL + '[[rest]]\nholiday = "三月三"\nfrom = 2026-04-20\n'))
        assert found.reason(date(2026, 4, 20)) == "三月三休息日"
        assert found.version != CALENDAR.version
        assert found.version.endswith("+local")

    def test_a_city_may_change_a_make_up_day_into_a_rest_day(self, tmp_path: Path) -> None:
        found = load_calendar(overlay(tmp_path, LOCAL + '[[rest]]\nholiday = "市庆"\nfrom = 2026-02-28\n'))
        assert found.kind(date(2026, 2, 28)) is DayKind.HOLIDAY

    def test_local_days_do_not_make_a_year_known(self, tmp_path: Path) -> None:
        found = load_calendar(overlay(tmp_path, LOCAL + '[[rest]]\nholiday = "三月三"\nfrom = 2027-04-09\n'))
        assert not found.covers(date(2027, 4, 9))

    def test_a_folder_may_bring_a_new_national_year(self, tmp_path: Path) -> None:
        overlay(tmp_path, LOCAL + '[[rest]]\nholiday = "三月三"\nfrom = 2027-04-09\n', name="a.toml")
        overlay(tmp_path, NATIONAL + '[[rest]]\nholiday = "元旦"\nfrom = 2027-01-01\nto = 2027-01-03\n', name="b.toml")
        found = load_calendar(tmp_path)
        assert found.covers(date(2027, 1, 1))
        assert found.kind(date(2027, 1, 1)) is found.kind(date(2027, 4, 9)) is DayKind.HOLIDAY

    def test_layout_and_comments_do_not_change_the_version(self, tmp_path: Path) -> None:
        text = '[[rest]]\nholiday = "三月三"\nfrom = 2026-04-20\n'
        one = overlay(tmp_path, LOCAL + text, name="one.toml")
        two = overlay(tmp_path, f"# 广西\n{LOCAL}\n{text}", name="two.toml")
        assert load_calendar(one).version == load_calendar(two).version


NEW_YEAR = '[[rest]]\nholiday = "元旦"\nfrom = {}\n'
MADE_UP = '[[makeup]]\nholiday = "元旦"\ndays = [{}]\n'
MALFORMED = [
    (MADE_UP.format("2027-01-04"), "第 1 行：调休上班日 2027-01-04 不是周六或周日", "a make-up day on a Monday"),
    (NEW_YEAR.format("2028-01-01"), "[[rest]] 第 1 行：2028-01-01 不在 2027 年内", "a date of another year"),
    (NEW_YEAR.format("2027-01-01") * 2, "第 2 行：2027-01-01 重复，已见于 [[rest]] 第 1 行", "the same day twice"),
    (NEW_YEAR.format("2027-01-02") + MADE_UP.format("2027-01-02"), "重复", "a day that both rests and works"),
    (NEW_YEAR.format("2027-01-03") + "to = 2027-01-01\n", "不是合理的假期", "a holiday that ends before it starts"),
    (NEW_YEAR.format("2027-01-01") + "until = 2027-01-03\n", "字段“until”无法识别", "a misspelt field"),
    (NEW_YEAR.format('"2027-01-01"'), "from 应为日期", "a date in quotes"),
    ("[[rest]]\nfrom = 2027-01-01\n", "缺少 holiday", "a holiday without a name"),
    ("[[rest]\n", "第 6 行第 7 列不是合法的 TOML", "broken TOML"),
]


class TestMalformedFiles:
    @pytest.mark.parametrize(("text", "reason"), [row[:2] for row in MALFORMED], ids=[row[2] for row in MALFORMED])
    def test_is_refused_with_file_row_and_reason(self, tmp_path: Path, text: str, reason: str) -> None:
        with pytest.raises(CalendarError) as refused:
            load_calendar(overlay(tmp_path, NATIONAL + text))
        assert str(refused.value).startswith("city.toml：")
        assert reason in str(refused.value)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            pytest.param('scope = "national"\nyear = 2027\n', "没有写明所依据的放假通知", id="without a notice"),
            pytest.param('scope = "county"\n', "“county”无法识别", id="with an unknown scope"),
        ],
    )
    def test_a_head_is_refused(self, tmp_path: Path, text: str, reason: str) -> None:
        with pytest.raises(CalendarError, match=reason):
            load_calendar(overlay(tmp_path, text))

    def test_a_missing_file_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CalendarError, match=r"^none\.toml：文件不存在"):
            load_calendar(tmp_path / "none.toml")

    def test_another_encoding_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "city.toml"
        path.write_bytes("# 市庆".encode("gb18030"))
        with pytest.raises(CalendarError, match="不是 UTF-8"):
            load_calendar(path)
