"""Bringing the casework database to the schema of this version, and refusing one that is newer than the code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from rules.errors import CaseworkError
from tasks.keeping.database import Database

ROOT = Path(__file__).resolve().parents[2]
ONE_MIGRATES = 20220501
"""Advisory lock of PostgreSQL that whoever migrates takes alone; on SQLite the write lock does the same."""


class SchemaError(CaseworkError):
    """The database's schema is not one that this version knows, or a migration would leave it inconsistent."""


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, for one connection where it is to change something."""
    if not (ROOT / "migrations").is_dir():
        raise SchemaError("找不到 migrations 目录，请在项目目录中安装运行")
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade the database; two processes that start at once do not get in each other's way.

    Raises ``SchemaError`` when a newer version of the code has been at this database; nothing is changed then.
    """
    database.make_room()
    with alone(database) as connection:
        refuse_newer(_revision(connection))
        command.upgrade(alembic_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to an earlier schema; what only the later one can hold is lost."""
    with alone(database) as connection:
        refuse_newer(_revision(connection))
        command.downgrade(alembic_config(connection), revision)


def refuse_newer(revision: str | None) -> None:
    """Raise ``SchemaError`` when a schema is none that this version's migrations know."""
    if revision and revision not in {
        script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()
    }:
        raise SchemaError(
            f"业务数据库的结构（{revision}）比本版本新，本版本不能使用：请安装建立它的那个版本或更新的版本，"
            "或者另用一个空的主目录恢复升级前的备份"
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """Hold one transaction in which nobody else migrates; on SQLite with references checked at its end.

    SQLite changes a column by writing the table anew and dropping the old one. With references switched on, dropping
    it would delete the rows that refer to it or fail; they can only be switched off outside of a transaction.
    """
    with database.engine.connect() as connection:
        if database.is_sqlite:
            _references(connection, on=False)
            connection = connection.execution_options(xinfang_write=True)
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_MIGRATES})")
                yield connection
                if database.is_sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()):
                    raise SchemaError(f"升级会使表 {broken[0]} 的数据互不衔接，已全部撤回，数据未改动；请把这句话告诉管理员")
        finally:
            if database.is_sqlite:
                _references(connection, on=True)


def _references(connection: Connection, *, on: bool) -> None:
    connection.connection.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
