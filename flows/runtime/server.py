"""The engine's server, with SQLite told to take its write lock when a transaction begins.

Prefect 3.8.8 begins most SQLite transactions deferred: they read first, and fail at once with "database is
locked" when another one wrote in between; the server answers 503, and clients pause for seconds (52 such
answers in one demo run, none since). Beginning them immediate lets them queue for the lock
instead. PostgreSQL is not touched. ``python -m flows.runtime.server ARGS`` takes the arguments of ``prefect``.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction

from flows.runtime.checked_schemas import remember_sound_schemas


@asynccontextmanager
async def begin_immediate(
    _self: AioSqliteConfiguration, session: AsyncSession, with_for_update: bool = False
) -> AsyncGenerator[AsyncSessionTransaction, None]:
    """Begin a transaction that holds the write lock from the start, whatever the caller says of its intent."""
    del with_for_update
    token = SQLITE_BEGIN_MODE.set("IMMEDIATE")
    try:
        async with session.begin() as transaction:
            yield transaction
    finally:
        SQLITE_BEGIN_MODE.reset(token)


def main() -> None:
    """Run the engine's own command line with that change."""
    AioSqliteConfiguration.begin_transaction = begin_immediate  # type: ignore[method-assign, assignment]
    from prefect.cli import app

    remember_sound_schemas()
    app()


if __name__ == "__main__":
    main()
