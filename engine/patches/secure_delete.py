"""Having SQLite wipe what it deletes (ADR 0016)."""

from collections.abc import Iterable

from prefect.server.database.configurations import AioSqliteConfiguration
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from engine.patches.hook import Patch, mentions, takes


class SecureDelete(Patch):
    """Overwrites deleted rows of the engine's SQLite file with zeros."""

    name = "secure_delete"
    why = "SQLite leaves deleted bytes on the file's free pages, where a form from before sealing would stay readable."
    needs = (
        "prefect.server.database.configurations:AioSqliteConfiguration.setup_sqlite",
        "prefect.server.database.configurations:AioSqliteConfiguration.engine",
    )

    def differences(self) -> Iterable[str]:
        """Every new connection is still prepared where we add to it."""
        yield from takes(AioSqliteConfiguration.setup_sqlite, "self", "conn", "record")
        yield from mentions(AioSqliteConfiguration.engine, "setup_sqlite")

    def apply(self) -> None:
        """Prepare connections as before, and wipe besides."""
        set_up = AioSqliteConfiguration.setup_sqlite

        def set_up_and_wipe(self: AioSqliteConfiguration, conn: DBAPIConnection, record: ConnectionPoolEntry) -> None:
            set_up(self, conn, record)
            cursor = conn.cursor()
            cursor.execute("PRAGMA secure_delete = ON;")
            cursor.close()

        AioSqliteConfiguration.setup_sqlite = set_up_and_wipe  # type: ignore[method-assign]
