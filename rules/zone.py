"""The office's time zone: legal dates are days in Asia/Shanghai."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def legal_day(instant: datetime) -> date:
    """Name the day in Asia/Shanghai on which an aware instant falls."""
    return instant.astimezone(SHANGHAI).date()
