"""The engine's server, with forms sealed in its database, and SQLite told to lock early and to wipe what it deletes.

Prefect 3.8.8 begins most SQLite transactions deferred: they read first, and fail at once with "database is
locked" when another one wrote in between; the server answers 503, and clients pause for seconds (52 such
answers in one demo run, none since). Beginning them immediate lets them queue for the lock
instead (ADR 0009). Forms are sealed on both kinds of database (``sealed_columns``, ADR 0016).
``python -m engine.server ARGS`` takes the arguments of ``prefect``.
"""

import gc
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

from prefect.server.database.configurations import SQLITE_BEGIN_MODE, AioSqliteConfiguration
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry

from engine.patches.asyncpg_plain import go_lean
from engine.patches.checked_schemas import remember_sound_schemas
from engine.patches.closed_cursors import close_failed_cursors
from engine.patches.csrf_memory import remember_right_tokens
from engine.patches.one_query_run import read_runs_at_once
from engine.sealed_columns import seal_columns
from rules.errors import CaseworkError

UNSEALED = ("--workers", "--background", "-b")
"""Options with which Prefect starts processes of its own, which would know nothing of these changes."""

LOOK_EVERY = timedelta(seconds=1)


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


def change_engine() -> None:
    """Make the changes in this process, before the engine opens its database."""
    seal_columns()
    AioSqliteConfiguration.begin_transaction = begin_immediate  # type: ignore[method-assign, assignment]
    close_failed_cursors()
    go_lean()
    AioSqliteConfiguration.setup_sqlite = _set_up_and_wipe  # type: ignore[method-assign]


def add_routes() -> None:
    """Let the engine's API answer for entering and leaving a run, too (ADR 0019); ours are looked at first, for they are asked most."""
    from prefect.server.api import server

    from engine.step_routes import router

    server.API_ROUTERS = (router, *server.API_ROUTERS)  # type: ignore[assignment]


def collect_less() -> None:
    """Leave what was imported out of Python's garbage collection, and collect less often: a tenth of the server's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def look_around_less() -> None:
    """Let the engine's background worker look for work that is due every second, instead of four and ten times; new work wakes it anyway."""
    from prefect.server.api import background_workers

    module: Any = background_workers
    module.Worker = partial(module.Worker, minimum_check_interval=LOOK_EVERY, scheduling_resolution=LOOK_EVERY)


_set_up = AioSqliteConfiguration.setup_sqlite


def _set_up_and_wipe(self: AioSqliteConfiguration, conn: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    _set_up(self, conn, record)
    cursor = conn.cursor()
    cursor.execute("PRAGMA secure_delete = ON;")
    cursor.close()


def main() -> None:
    """Run the engine's own command line with these changes."""
    if unsealed := [word for word in sys.argv[1:] if word.split("=", 1)[0] in UNSEALED]:
        sys.exit(f"不能使用 {unsealed[0]}：那样启动的进程不会加密表单。请启动多个 python -m engine.server")
    try:
        change_engine()
    except CaseworkError as refused:
        sys.exit(str(refused))
    from prefect.cli import app

    remember_sound_schemas()
    remember_right_tokens()
    read_runs_at_once()
    add_routes()
    look_around_less()
    collect_less()
    app()


if __name__ == "__main__":
    main()
