"""A ping that notices a connection which is gone."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.ext.asyncio import create_async_engine

from engine.patches.short_ping import ShortPing
from tests.conftest import WANTED
from trials.harness.databases import POSTGRES


@pytest.mark.skipif("postgresql" not in WANTED, reason="needs PostgreSQL")
def test_a_pooled_connection_that_was_cut_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AsyncAdapt_asyncpg_connection, "_async_ping", AsyncAdapt_asyncpg_connection._async_ping)
    ShortPing().apply()

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
