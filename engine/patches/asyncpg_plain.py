"""Less Python between the engine and PostgreSQL's driver: plain timestamps in, and a ping in one round trip.

The engine's instants are pendulum's, and the driver subtracts one from another to encode it, which takes pendulum
thirty times as long as the standard library. Before a pooled connection is used SQLAlchemy begins a transaction, asks
for nothing, and rolls back; asking by the simple protocol proves as much. Together a twentieth of the
server's time.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from prefect.server.utilities.database import Timestamp
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection


def plain(instant: datetime) -> datetime:
    """The same instant in the same zone, as the standard library's own kind."""
    if type(instant) is datetime:
        return instant
    return datetime(
        instant.year,
        instant.month,
        instant.day,
        instant.hour,
        instant.minute,
        instant.second,
        instant.microsecond,
        tzinfo=instant.tzinfo,
        fold=instant.fold,
    )


async def ping(connection: Any) -> None:
    """Ask PostgreSQL for as good as nothing; raises what the driver raises when the connection is gone.

    The simple protocol prepares no statement, so that this is sound behind a pooler, too.
    """
    await connection._connection.execute("SELECT 1")


def go_lean() -> None:
    """Make the changes in this process."""
    bind: Any = Timestamp.process_bind_param

    def process_bind_param(self: Timestamp, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        found: datetime | None = bind(self, None if value is None else plain(value), dialect)
        return found

    Timestamp.process_bind_param = process_bind_param  # type: ignore[method-assign]
    AsyncAdapt_asyncpg_connection._async_ping = ping  # type: ignore[method-assign]
