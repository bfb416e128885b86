"""The office's time zone: legal dates are days in Asia/Shanghai."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def legal_day(instant: datetime) -> date:
    """Name the day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()


def iso_day(day: date | None) -> str | None:
    """Write a day down for the record and for other programs, ``2026-03-02``; nothing stays nothing."""
    return day.isoformat() if day else None


def days_left(due_on: date, today: date) -> int:
    """Count the calendar days until a due date; negative once it has passed."""
    return (due_on - today) // timedelta(days=1)
