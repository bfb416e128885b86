"""A stack to be disturbed: real server, real worker, real mail; on databases and ports of its own."""

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from desk.demo.driver import _free_port as free_port
from desk.stack.engine import engine_client
from desk.stack.supervisor import Child, Say
from desk.stack.whole import Stack
from models.organ import Organ
from tasks.keeping.database import database
from tasks.keeping.home import forget_home
from tasks.keeping.schema import ROOT
from tasks.record.roster import load_roster
from trials.faults.absent_child import Holding
from trials.faults.death_orders import FOLDER, Orders
from trials.faults.office import FaultOffice
from trials.harness.databases import POSTGRES
from trials.harness.mailbox import Mailbox, mailbox
from trials.harness.office import Office

ROSTER = Path(ROOT) / "desk" / "demo" / "roster.toml"
USUAL = {
    "XINFANG_NUDGE_POLL": "PT0.2S",
    "XINFANG_WORKER_POLL": "PT0.5S",
    "XINFANG_STUCK_AFTER": "PT10S",
    "XINFANG_OUTBOX_LEASE": "PT5S",
    "XINFANG_OUTBOX_FIRST_PAUSE": "PT2S",
}
"""Shorter pauses than an office's: what is measured is what follows them."""


class FaultyStack(Holding, Stack):
    """The stack of ``xinfang up`` with a worker that can be killed at a moment; crashes restart after one second."""

    def module_of(self, name: str) -> str:
        """Put the worker of the harness in the worker's place."""
        return "trials.faults.worker" if name == "worker" else super().module_of(name)

    def revive(self, child: Child) -> None:
        """Restart what crashed; that it crashed before is our doing and lengthens no pause."""
        child.restarts = 0
        super().revive(child)


@dataclass
class Standing:
    """A running stack, and all that the harness needs of it."""

    stack: FaultyStack
    orders: Orders
    office: FaultOffice
    mails: Mailbox
    home: Path


@contextmanager
def standing(kind: str, say: Say, **more: str) -> Iterator[Standing]:
    """Start a stack on ``sqlite`` or ``postgresql``, watched as ``xinfang up`` does; all of it is gone afterwards.

    Any other ``kind`` is only a name: ``more`` are settings of its own (``XINFANG_…``), such as addresses of databases that the caller made.
    """
    with ExitStack() as held:
        home = Path(held.enter_context(TemporaryDirectory(prefix="xinfang-faults-")))
        mails = held.enter_context(mailbox())
        held.enter_context(environment(_settings(home, mails) | held.enter_context(databases(kind)) | more))
        stack = held.enter_context(FaultyStack(lambda _line: None))
        say(f"{kind}: starting a stack")
        stack.start(roster=ROSTER)
        give_addresses()
        watcher = threading.Thread(target=stack.watch, name="supervisor", daemon=True)
        watcher.start()
        held.callback(watcher.join, 5)
        held.callback(stack.leave)
        client = held.enter_context(engine_client())
        held.callback(database().engine.dispose)
        office = FaultOffice(client=client, stack=stack, office=Office(database()))
        yield Standing(stack, Orders(home / "faults"), office, mails, home)


def _settings(home: Path, mails: Mailbox) -> dict[str, str]:
    return USUAL | {
        "XINFANG_HOME": str(home),
        "XINFANG_PREFECT_PORT": str(free_port()),
        FOLDER: str(home / "faults"),
        "XINFANG_MAIL_CHANNEL": mails.address,
        "XINFANG_OFFICE_CHANNEL": f"{mails.address}&to=office@example.com",
    }


@contextmanager
def databases(kind: str) -> Iterator[dict[str, str]]:
    """Make a casework and an engine database on the machine's PostgreSQL, or none for SQLite; yields their settings."""
    if kind != "postgresql":
        yield {}
        return
    names = [f"xinfang_faults_{part}_{uuid.uuid4().hex[:8]}" for part in ("casework", "prefect")]
    base = POSTGRES.rsplit("/", 1)[0]
    on_server(POSTGRES, [f'CREATE DATABASE "{name}"' for name in names])
    try:
        yield addresses(base, *names)
    finally:
        on_server(POSTGRES, [f'DROP DATABASE "{name}" WITH (FORCE)' for name in names])


def addresses(base: str, casework: str, prefect: str) -> dict[str, str]:
    """Write the settings that name both databases on one server."""
    return {
        "XINFANG_DATABASE_URL": f"{base}/{casework}",
        "XINFANG_PREFECT_DATABASE_URL": f"{base.replace('+psycopg', '+asyncpg')}/{prefect}",
    }


def on_server(address: str, statements: list[str]) -> None:
    """Carry out statements that no transaction may hold."""
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    server.dispose()


@contextmanager
def environment(own: dict[str, str]) -> Iterator[None]:
    """Put settings into the environment in place of all others, and the others back afterwards."""
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("XINFANG_")}
    os.environ.update(own)
    forget_home()
    try:
        yield
    finally:
        for name in own:
            os.environ.pop(name, None)
        os.environ.update(before)
        forget_home()


def load() -> None:
    """Put the demonstration's roster into the casework database."""
    with database().write() as session:
        load_roster(session, ROSTER)


def give_addresses() -> None:
    """Give every organ a mailbox, so that its letters leave over a real channel."""
    from sqlmodel import select

    with database().write() as session:
        for organ in session.exec(select(Organ)):
            organ.address = f"mailto:{organ.code.lower()}@example.com"
