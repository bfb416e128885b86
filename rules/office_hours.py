"""Office hours: when a message of the ladder may leave; never at night, never on a rest day."""

from dataclasses import dataclass
from datetime import datetime, time

from rules.errors import CaseworkError
from rules.working_days import Calendar
from rules.zone import SHANGHAI


class OfficeHoursError(CaseworkError):
    """The office hours of the settings are no hours."""


@dataclass(frozen=True, kw_only=True)
class OfficeHours:
    """From when until when the office is open on a working day, local time in Asia/Shanghai."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin."""
        if not self.opens < self.closes:
            raise OfficeHoursError(
                f"办公时间有误：{self.opens} 应早于 {self.closes}（XINFANG_OFFICE_OPENS、XINFANG_OFFICE_CLOSES）"
            )

    def within(self, instant: datetime) -> bool:
        """Say whether the time of day is within the hours, whatever the day; needs no calendar."""
        return self.opens <= instant.astimezone(SHANGHAI).time() < self.closes

    def is_open(self, instant: datetime, calendar: Calendar) -> bool:
        """Say whether the office is open at an aware instant; a make-up Saturday is a working day."""
        return self.within(instant) and calendar.is_working(instant.astimezone(SHANGHAI).date())

    def next_open(self, instant: datetime, calendar: Calendar) -> datetime:
        """Find the first instant, this one or later, at which the office is open."""
        if self.is_open(instant, calendar):
            return instant
        local = instant.astimezone(SHANGHAI)
        day = local.date()
        if not calendar.is_working(day) or local.time() >= self.opens:
            day = calendar.next_working_day(day)
        return datetime.combine(day, self.opens, tzinfo=SHANGHAI)
