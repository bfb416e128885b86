"""Databases for benchmarks and faults: an SQLite file and a PostgreSQL database of the run's own, both gone afterwards."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import NullPool, create_engine, text

from tasks.keeping.database import Database, database
from tasks.keeping.home import forget_home
from tasks.keeping.schema import ROOT, migrate
from tasks.record.roster import load_roster

POSTGRES = os.environ.get("XINFANG_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """Make an empty casework database with the demonstration's roster, and make it the process's own."""
    with TemporaryDirectory(prefix="xinfang-bench-") as home, address(kind) as url:
        os.environ["XINFANG_HOME"] = home
        os.environ["XINFANG_DATABASE_URL"] = url
        forget_home()
        made = database()
        migrate(made)
        with made.write() as session:
            load_roster(session, Path(ROOT) / "desk" / "demo" / "roster.toml")
        try:
            yield made
        finally:
            made.engine.dispose()


@contextmanager
def address(kind: str) -> Iterator[str]:
    """Give the address of an empty casework database: nothing for SQLite under the home, a new one on PostgreSQL."""
    if kind == "sqlite":
        yield ""
        return
    name = f"xinfang_bench_{uuid.uuid4().hex[:10]}"
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def kinds() -> list[str]:
    """The kinds of database that are here: SQLite always, PostgreSQL where it answers."""
    return ["postgresql", "sqlite"] if postgres_is_there() else ["sqlite"]


def postgres_is_there() -> bool:
    """Say whether a PostgreSQL server answers at the test address."""
    server = create_engine(POSTGRES, connect_args={"connect_timeout": 2}, poolclass=NullPool)
    try:
        with server.connect():
            return True
    except Exception:
        return False
