"""A ping of PostgreSQL in one round trip."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection

from engine.patches.hook import Patch, mentions, takes


class ShortPing(Patch):
    """Tries a pooled connection with one message."""

    name = "short_ping"
    why = (
        "Before a pooled connection is used SQLAlchemy begins a transaction, asks for nothing, and rolls back; asking by the "
        "simple protocol proves as much."
    )
    needs = ("sqlalchemy.dialects.postgresql.asyncpg:AsyncAdapt_asyncpg_connection._async_ping",)

    def differences(self) -> Iterable[str]:
        """A ping goes where we put ours, and the connection holds the driver's own."""
        yield from takes(AsyncAdapt_asyncpg_connection._async_ping, "self")
        yield from mentions(AsyncAdapt_asyncpg_connection.ping, "_async_ping")
        yield from mentions(AsyncAdapt_asyncpg_connection.__init__, "_connection")

    def apply(self) -> None:
        """Replace the ping."""
        AsyncAdapt_asyncpg_connection._async_ping = ping  # type: ignore[method-assign]


async def ping(connection: Any) -> None:
    """Ask PostgreSQL for as good as nothing; raises what the driver raises when the connection is gone.

    The simple protocol prepares no statement, so that this is sound behind a pooler, too.
    """
    await connection._connection.execute("SELECT 1")
