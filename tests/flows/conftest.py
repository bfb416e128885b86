"""The engine's fixtures: one real stack a session and kind of database."""

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from desk.engine import engine_client
from desk.stack import Stack
from tasks.database import database
from tests.conftest import POSTGRES, ROOT, WANTED, forget_settings
from tests.engine import Engine
from tests.office import Office


@dataclass
class Running:
    """A started stack and the environment that belongs to it."""

    stack: Stack
    environment: dict[str, str]


def free_port() -> int:
    """Find a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session", params=WANTED)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Start a stack of the session's own."""
    home: Path = tmp_path_factory.mktemp(f"engine-{request.param}")
    environment = {
        "XINFANG_HOME": str(home), "XINFANG_PREFECT_PORT": str(free_port()), "XINFANG_NUDGE_POLL": "PT0.2S",
        "XINFANG_STUCK_AFTER": "PT15S",
    }  # fmt: skip
    names = [f"xinfang_engine_{os.getpid()}", f"xinfang_prefect_{os.getpid()}"]
    if request.param == "postgresql":
        base = POSTGRES.rsplit("/", 1)[0]
        _on_server(f'CREATE DATABASE "{name}"' for name in names)
        environment["XINFANG_DATABASE_URL"] = f"{base}/{names[0]}"
        environment["XINFANG_PREFECT_DATABASE_URL"] = f"{base.replace('psycopg', 'asyncpg')}/{names[1]}"
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("XINFANG_") and "TEST" not in name}
    os.environ.update(environment)
    forget_settings()
    with Stack(lambda _line: None) as stack:
        stack.start(roster=ROOT / "desk" / "demo" / "roster.toml")
        for name in environment:
            os.environ.pop(name)
        os.environ.update(before)
        yield Running(stack, environment)
    forget_settings()
    if request.param == "postgresql":
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)' for name in names)


def _on_server(statements: Iterator[str]) -> None:
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


@pytest.fixture
def engine(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give the test the running stack, with the settings of its own process pointing at it."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    forget_settings()
    with engine_client() as client:
        yield Engine(client=client, stack=running.stack, office=Office(database()))
    database().engine.dispose()
    forget_settings()
