"""Instants on their way to the driver."""

from datetime import UTC, datetime

import pendulum
from hypothesis import given
from hypothesis import strategies as st

from engine.patches.plain_timestamps import plain

BEGIN, END = datetime(1990, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 (bounds have no zone there)
ZONES = st.sampled_from(("UTC", "Asia/Shanghai", "America/New_York"))


@given(instant=st.datetimes(timezones=st.just(UTC), min_value=BEGIN, max_value=END), zone=ZONES)
def test_an_instant_stays_the_same_and_loses_its_kind(instant: datetime, zone: str) -> None:
    given_in = pendulum.instance(instant).in_timezone(zone)
    found = plain(given_in)
    assert type(found) is datetime
    assert (found.astimezone(UTC), found.utcoffset()) == (given_in.astimezone(UTC), given_in.utcoffset())
