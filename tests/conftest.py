"""Fixtures: every test that touches the database runs on SQLite and, where it is reachable, on PostgreSQL."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from models.tables import METADATA
from tasks.keeping.database import Database, database
from tasks.keeping.home import forget_home
from tasks.record.roster import load_roster
from trials.harness.connections import watched_connections
from trials.harness.databases import POSTGRES, postgres_is_there
from trials.harness.office import Office

pytest_plugins = ("tests.running_stack",)

ROOT = Path(__file__).resolve().parent.parent
WANTED = os.environ.get("XINFANG_TEST_DATABASES", "sqlite,postgresql" if postgres_is_there() else "sqlite").split(",")


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    """Make a database of the test session's own on the PostgreSQL server."""
    name = f"xinfang_test_{uuid.uuid4().hex[:10]}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield POSTGRES.rsplit("/", 1)[0] + f"/{name}"
    forget_home()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Fail a test that leaves a session or a connection open."""
    with watched_connections() as left:
        yield
    if left.count:
        pytest.fail(f"{left.count} connection(s) to a database were left open: close the session, or open it with `with`")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test a home of its own, on SQLite, with no settings from outside."""
    for name in [name for name in os.environ if name.startswith("XINFANG_") and not name.startswith("XINFANG_TEST")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XINFANG_HOME", str(tmp_path))
    forget_home()
    yield tmp_path
    forget_home()


@pytest.fixture(params=WANTED)
def casework(request: pytest.FixtureRequest, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Give the test an empty casework database, once on each kind that is there."""
    assert home.exists()
    if request.param == "postgresql":
        monkeypatch.setenv("XINFANG_DATABASE_URL", request.getfixturevalue("postgres_database"))
        forget_home()
    _empty(database(), request.getfixturevalue("empty_sqlite") if request.param == "sqlite" else None)
    made = database()
    yield made
    made.engine.dispose()  # the test may have made the process forget it


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an empty SQLite database once; tests get copies of it."""
    path = tmp_path_factory.mktemp("empty") / "casework.db"
    made = Database(f"sqlite:///{path}")
    METADATA.create_all(made.engine)
    with made.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made.engine.dispose()
    return path


def _empty(found: Database, template: Path | None) -> None:
    """Empty a database: copy the template over SQLite, empty the tables of PostgreSQL."""
    if template is not None:
        shutil.copyfile(template, found.url.split(":///", 1)[1])
        return
    METADATA.create_all(found.engine)
    with found.engine.begin() as connection:
        tables = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


@pytest.fixture
def office(casework: Database) -> Office:
    """Give the test an office with the demo's roster."""
    with casework.write() as session:
        load_roster(session, ROOT / "desk" / "demo" / "roster.toml")
    return Office(casework)
