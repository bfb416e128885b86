"""Beginning every SQLite transaction immediate (ADR 0009)."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from prefect.server.database import configurations
from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from engine.patches.hook import Patch, takes

MODE = "IMMEDIATE"


class BeginImmediate(Patch):
    """Lets transactions queue for SQLite's lock instead of failing."""

    name = "begin_immediate"
    why = (
        "Most transactions of the engine begin deferred: they read first, and fail at once with 'database is locked' when "
        "another one wrote in between; the server answers 503 and clients pause for seconds."
    )
    needs = (
        "prefect.server.database.configurations:SQLITE_BEGIN_MODE",
        "prefect.server.database.configurations:AioSqliteConfiguration.begin_transaction",
        "prefect.server.database.configurations:AioSqliteConfiguration.begin_sqlite_stmt",
    )

    def differences(self) -> Iterable[str]:
        """The mode that we set is what a connection is told when it begins."""
        yield from takes(AioSqliteConfiguration.begin_transaction, "self", "session", "with_for_update")
        told, stand_in = [], _Connection()
        token = configurations.SQLITE_BEGIN_MODE.set(MODE)
        try:
            AioSqliteConfiguration.begin_sqlite_stmt(stand_in, stand_in)  # type: ignore[arg-type]
            told = stand_in.told
        finally:
            configurations.SQLITE_BEGIN_MODE.reset(token)
        if told != [f"BEGIN {MODE}"]:
            yield f"SQLITE_BEGIN_MODE 不再决定事务怎样开始：{told}"

    def apply(self) -> None:
        """Replace the one method by which transactions begin."""
        AioSqliteConfiguration.begin_transaction = begin_immediate  # type: ignore[method-assign, assignment]


class _Connection:
    """Takes down what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def exec_driver_sql(self, statement: str, *_more: Any) -> None:
        self.told.append(statement)


@asynccontextmanager
async def begin_immediate(
    _self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = False
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    """Begin a transaction that holds the write lock from the start, whatever the caller says of its intent."""
    del with_for_update
    token = configurations.SQLITE_BEGIN_MODE.set(MODE)
    try:
        async with session.begin() as transaction:
            yield transaction
    finally:
        configurations.SQLITE_BEGIN_MODE.reset(token)
