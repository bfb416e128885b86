"""Sessions: one transaction each, serialised per petition by row locks (PostgreSQL) or one writer (SQLite)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session, create_engine

from rules.errors import CaseworkError
from tasks.keeping.settings import settings

SQLITE_WAIT_MS = 60_000
PREPARED = 400
"""Statements that a connection keeps prepared; the operations have some two hundred, and fewer would drive each other out."""
CALENDAR_BARRIER = 20220502
"""Advisory lock of PostgreSQL: every writer shares it, whoever changes the calendar takes it alone."""


class NoDatabaseError(CaseworkError):
    """There is no casework database at the place that the settings name."""


class Database:
    """The casework database, reached through ``read()`` and ``write()``."""

    def __init__(self, url: str) -> None:
        """Connect lazily to an SQLAlchemy address."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.file = Path(url.split(":///", 1)[1]) if self.is_sqlite and ":///" in url else None
        self.engine: Engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)

    @contextmanager
    def write(self, *, alone: bool = False) -> Iterator[Session]:
        """Open one transaction that commits at the end of the block, or leaves no trace of it.

        ``alone`` waits until no other writer is at work and keeps new ones waiting: for changing the calendar, by
        which every other transaction counts. On SQLite every writer is alone anyway.
        """
        self._must_be_there()
        with Session(self.engine, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection(execution_options={"xinfang_write": True})
            else:
                shared = "" if alone else "_shared"
                session.connection().exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({CALENDAR_BARRIER})")
            with session.begin() if not session.in_transaction() else _commit_at_end(session):
                yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session for looking only: what is changed in it is thrown away (SQLite) or refused (PostgreSQL)."""
        self._must_be_there()
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"postgresql_readonly": True})
            yield session
            session.expunge_all()  # what was read stays readable after the session has gone
            if self.is_sqlite or not session.is_active:
                session.rollback()
            else:
                session.commit()  # psycopg forgets every prepared statement when it rolls back

    def make_room(self) -> None:
        """Make an SQLite file's folder where it is missing; only whoever brings the schema calls this."""
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _must_be_there(self) -> None:
        # SQLite makes an empty file of any name that it is given: a wrong home would look like an office without petitions.
        if self.file is not None and not self.file.exists():
            raise NoDatabaseError(f"{self.file} 没有业务数据库：请先运行 xinfang up，或检查 XINFANG_HOME 是否指向正确的目录")


@contextmanager
def _commit_at_end(session: Session) -> Iterator[None]:
    yield
    session.commit()


def _postgres_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_size=10, max_overflow=10, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED

    return engine


def _sqlite_engine(url: str) -> Engine:
    connect = {"timeout": SQLITE_WAIT_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, hide_parameters=True, connect_args=connect)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not open transactions behind our back
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a power cut may not undo what a clerk was told is saved
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_WAIT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # A deferred transaction that reads first and writes later fails at once when another wrote in between.
        writes = connection.get_execution_options().get("xinfang_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@lru_cache
def database() -> Database:
    """The process's casework database."""
    return Database(settings().casework_url)
