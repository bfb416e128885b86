"""Instants on their way to the driver, and a ping that notices a connection which is gone."""

import asyncio
from datetime import UTC, datetime

import pendulum
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from engine.patches.asyncpg_plain import go_lean, plain
from tests.conftest import WANTED
from trials.harness.databases import POSTGRES

BEGIN, END = datetime(1990, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 (bounds have no zone there)
ZONES = st.sampled_from(("UTC", "Asia/Shanghai", "America/New_York"))


@given(instant=st.datetimes(timezones=st.just(UTC), min_value=BEGIN, max_value=END), zone=ZONES)
def test_an_instant_stays_the_same_and_loses_its_kind(instant: datetime, zone: str) -> None:
    given_in = pendulum.instance(instant).in_timezone(zone)
    found = plain(given_in)
    assert type(found) is datetime
    assert (found.astimezone(UTC), found.utcoffset()) == (given_in.astimezone(UTC), given_in.utcoffset())


@pytest.mark.skipif("postgresql" not in WANTED, reason="needs PostgreSQL")
def test_a_pooled_connection_that_was_cut_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from prefect.server.utilities.database import Timestamp
    from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "_async_ping", AsyncAdapt_asyncpg_connection._async_ping)
    monkeypatch.setattr(Timestamp, "process_bind_param", Timestamp.process_bind_param)
    go_lean()

    async def cut_and_ask() -> tuple[int, int]:
        engine = create_async_engine(POSTGRES.replace("psycopg", "asyncpg"), pool_size=1, max_overflow=0, pool_pre_ping=True)
        other = create_async_engine(POSTGRES.replace("psycopg", "asyncpg"))
        async with engine.connect() as session:
            first = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        async with other.connect() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        async with engine.connect() as session:
            second = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await engine.dispose()
        await other.dispose()
        return first, second

    first, second = asyncio.run(cut_and_ask())
    assert first != second
