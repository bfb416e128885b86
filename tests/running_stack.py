"""The engine for tests: one real stack a session and kind of database, for all rooms."""

import os
import socket
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from desk.stack.engine import engine_client
from desk.stack.whole import Stack
from flows.runtime.repair.runs import forget_deployments
from tasks.keeping.database import database
from tasks.keeping.home import forget_home
from tests.conftest import ROOT, WANTED
from trials.harness.databases import POSTGRES
from trials.harness.engine import Engine
from trials.harness.office import Office

TAIL = 40
"""Lines of a log that are shown beside a failure."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show beside a failure how the logs of the test's stack end: on another machine nobody can look them up."""
    report = yield
    if report.failed:
        for stack in {
            id(found): found for found in getattr(item, "funcargs", {}).values() if isinstance(found, Running)
        }.values():
            for log in sorted((Path(stack.environment["XINFANG_HOME"]) / "logs").glob("*.log")):
                report.sections.append((log.name, "\n".join(log.read_text(errors="replace").splitlines()[-TAIL:])))
    return report


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
    environment = environment_at(tmp_path_factory.mktemp(f"engine-{request.param}"))
    names = [f"xinfang_engine_{os.getpid()}", f"xinfang_prefect_{os.getpid()}"]
    if request.param == "postgresql":
        base = POSTGRES.rsplit("/", 1)[0]
        _on_server(f'CREATE DATABASE "{name}"' for name in names)
        environment["XINFANG_DATABASE_URL"] = f"{base}/{names[0]}"
        environment["XINFANG_PREFECT_DATABASE_URL"] = f"{base.replace('psycopg', 'asyncpg')}/{names[1]}"
    with started(environment) as stack:
        yield stack
    if request.param == "postgresql":
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)' for name in names)


def environment_at(home: Path) -> dict[str, str]:
    """The settings of a stack that has a home of its own."""
    return {
        "XINFANG_HOME": str(home),
        "XINFANG_PREFECT_PORT": str(free_port()),
        "XINFANG_NUDGE_POLL": "PT0.2S",
        "XINFANG_STUCK_AFTER": "PT15S",
        "XINFANG_ENGINE_WATCH": "PT2S",
    }


@contextmanager
def started(environment: dict[str, str], *, worker_type: str = "casework") -> Iterator[Running]:
    """Start a stack whose processes have these settings; this process keeps its own."""
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("XINFANG_") and "TEST" not in name}
    os.environ.update(environment)
    forget_home()
    with Stack(lambda _line: None, worker_type=worker_type) as stack:
        stack.start(roster=ROOT / "desk" / "demo" / "roster.toml")
        for name in environment:
            os.environ.pop(name)
        os.environ.update(before)
        yield Running(stack, environment)
    forget_home()


def _on_server(statements: Iterator[str]) -> None:
    server = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


@pytest.fixture
def engine(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Give the test the running stack, with the settings of its own process pointing at it."""
    with engine_of(running, monkeypatch) as found:
        yield found


@contextmanager
def engine_of(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Point this process at a stack."""
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    forget_home()
    forget_deployments()  # another stack's have other ids
    with engine_client() as client:
        yield Engine(client=client, stack=running.stack, office=Office(database()))
    forget_home()
