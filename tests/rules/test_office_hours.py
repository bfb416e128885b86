"""Office hours: no message of the ladder leaves at night or on a rest day, and each leaves when the office opens."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.office_hours import OfficeHours, OfficeHoursError
from rules.working_days import load_calendar
from rules.zone import SHANGHAI, legal_day

CALENDAR = load_calendar()
HOURS = OfficeHours(opens=time(8, 30), closes=time(17, 30))


def local(text: str) -> datetime:
    """An instant on the clock in Shanghai."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


class TestOpening:
    @pytest.mark.parametrize(
        "instant",
        [
            pytest.param("03-02 08:30", id="the instant of opening"),
            pytest.param("03-02 12:00", id="noon"),
            pytest.param("03-02 17:29:59.999999", id="the last instant before closing"),
            pytest.param("02-14 10:00", id="a make-up Saturday"),
            pytest.param("01-04 10:00", id="a make-up Sunday"),
            pytest.param("05-09 08:30", id="the make-up Saturday after labour day"),
        ],
    )
    def test_is_open_and_a_message_leaves_at_once(self, instant: str) -> None:
        assert HOURS.is_open(local(instant), CALENDAR)
        assert HOURS.next_open(local(instant), CALENDAR) == local(instant)

    @pytest.mark.parametrize(
        ("instant", "opens"),
        [
            pytest.param("03-02 00:05", "03-02 08:30", id="the night before a working day"),
            pytest.param("03-02 08:29:59.999999", "03-02 08:30", id="the last instant before opening"),
            pytest.param("03-02 17:30", "03-03 08:30", id="the instant of closing"),
            pytest.param("03-02 23:59", "03-03 08:30", id="late at night"),
            pytest.param("03-06 17:30", "03-09 08:30", id="Friday evening"),
            pytest.param("03-07 10:00", "03-09 08:30", id="Saturday"),
            pytest.param("03-08 23:59", "03-09 08:30", id="Sunday night"),
            pytest.param("02-13 18:00", "02-14 08:30", id="Friday evening before a make-up Saturday"),
            pytest.param("02-14 17:30", "02-24 08:30", id="closing before the spring festival"),
            pytest.param("02-18 10:00", "02-24 08:30", id="a weekday in the spring festival"),
            pytest.param("01-01 09:00", "01-04 08:30", id="new year's day before a make-up Sunday"),
            pytest.param("10-01 09:00", "10-08 08:30", id="national day"),
            pytest.param("04-30 20:00", "05-06 08:30", id="the evening before labour day"),
        ],
    )
    def test_is_closed_and_a_message_waits(self, instant: str, opens: str) -> None:
        assert not HOURS.is_open(local(instant), CALENDAR)
        assert HOURS.next_open(local(instant), CALENDAR) == local(opens)

    @pytest.mark.parametrize(
        ("instant", "is_open"),
        [
            pytest.param(datetime(2026, 3, 2, 0, 30, tzinfo=UTC), True, id="half past midnight in London is morning here"),
            pytest.param(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), False, id="morning in London is evening here"),
            pytest.param(datetime(2026, 3, 6, 23, 0, tzinfo=UTC), False, id="Friday night in London is Saturday here"),
            pytest.param(
                datetime(2026, 3, 1, 23, 0, tzinfo=UTC) + timedelta(hours=2), True, id="Sunday night in London is Monday here"
            ),
        ],
    )
    def test_goes_by_the_clock_in_shanghai(self, instant: datetime, is_open: bool) -> None:
        assert HOURS.is_open(instant, CALENDAR) is is_open


@pytest.mark.parametrize(
    ("opens", "closes"), [(time(17, 30), time(8, 30)), (time(8, 30), time(8, 30))], ids=["the wrong way round", "no time at all"]
)
def test_hours_that_are_none_are_refused_in_words(opens: time, closes: time) -> None:
    with pytest.raises(OfficeHoursError, match="XINFANG_OFFICE_OPENS"):
        OfficeHours(opens=opens, closes=closes)


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2028, 1, 1), timezones=st.sampled_from((SHANGHAI, UTC)))  # noqa: DTZ001
TIMES = st.lists(st.times(), min_size=2, max_size=2, unique=True).map(sorted)


def any_hours(times: list[time]) -> OfficeHours:
    return OfficeHours(opens=times[0], closes=times[1])


class TestProperties:
    @given(INSTANTS, TIMES)
    def test_the_next_opening_is_open_and_never_earlier(self, instant: datetime, times: list[time]) -> None:
        found = any_hours(times).next_open(instant, CALENDAR)
        assert found >= instant
        assert any_hours(times).is_open(found, CALENDAR)

    @given(INSTANTS, TIMES)
    def test_waiting_twice_is_waiting_once(self, instant: datetime, times: list[time]) -> None:
        once = any_hours(times).next_open(instant, CALENDAR)
        assert any_hours(times).next_open(once, CALENDAR) == once

    @given(INSTANTS, TIMES, st.floats(0, 1, exclude_max=True))
    def test_nobody_waits_longer_than_needed(self, instant: datetime, times: list[time], part: float) -> None:
        found = any_hours(times).next_open(instant, CALENDAR)
        between = instant + (found - instant) * part
        assert between >= found or not any_hours(times).is_open(between, CALENDAR)

    @given(INSTANTS)
    def test_the_office_is_open_on_working_days_only(self, instant: datetime) -> None:
        assert CALENDAR.is_working(legal_day(instant)) or not HOURS.is_open(instant, CALENDAR)
