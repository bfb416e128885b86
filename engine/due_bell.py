"""Knowing at once that a run has been put in the queue: a bell that a committed transaction rings (ADR 0019).

Only what this process commits is heard. What another server commits, and what falls due because its time has come,
is found by looking; so whoever waits here looks now and then besides.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy as sa
from prefect.server import models as _models  # noqa: F401 (the engine's own modules must come in this order)
from prefect.server.database import orm_models
from prefect.server.orchestration.rules import FlowOrchestrationContext
from prefect.server.schemas.states import StateType
from sqlalchemy import orm
from uvicorn.server import Server

from engine.patches.hook import Patch, mentions, takes

QUEUED = "a run was queued"
"""Under this name a session notes that its transaction has put a run in the queue."""


class Bell:
    """Wakes everybody who listens, each in the event loop of its own; safe from any thread."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listening: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self.is_over = False
        """The server is about to end: nobody should wait any longer."""

    def ring(self) -> None:
        """Wake all who listen now."""
        for loop, rung in tuple(self._listening):
            with suppress(RuntimeError):  # a loop that is closed has nobody to wake, and a commit must not fail of it
                loop.call_soon_threadsafe(rung.set)

    def end(self) -> None:
        """Send everybody home, and let nobody wait from now on."""
        self.is_over = True
        self.ring()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Listen: the event is set whenever the bell rings, and stays set until the listener clears it."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        self._listening.add(listener)
        try:
            yield listener[1]
        finally:
            self._listening.discard(listener)


async def rings_within(rung: asyncio.Event, seconds: float) -> None:
    """Come back when the bell rings, or after so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await rung.wait()


bell = Bell()


class DueBell(Patch):
    """Rings when a transaction that has put a run in the queue is committed, by SQLAlchemy's own events, and when the server ends."""

    name = "due_bell"
    why = "A worker that asks several times a second whether anything is due still lets an answer wait for half a second."
    needs = (
        "prefect.server.database.orm_models:FlowRunState.type",
        "prefect.server.orchestration.rules:FlowOrchestrationContext._validate_proposed_state",
        "uvicorn.server:Server.shutdown",
    )

    def differences(self) -> Iterable[str]:
        """A state comes into a session by itself, and is written before the transaction ends; a server ends by waiting for requests."""
        yield from mentions(FlowOrchestrationContext._validate_proposed_state, "FlowRunState", "add", "flush")
        yield from takes(Server.shutdown, "self", "sockets")

    def apply(self) -> None:
        """Listen to this process's transactions, and for its end."""
        sa.event.listen(orm_models.FlowRunState, "after_insert", _note)
        sa.event.listen(orm.Session, "after_commit", _ring)
        sa.event.listen(orm.Session, "after_rollback", _forget)
        server: Any = Server
        server.shutdown = _ending_first(Server.shutdown)


def _note(_mapper: Any, _connection: sa.Connection, state: Any) -> None:
    session = orm.object_session(state)
    if state.type == StateType.SCHEDULED and session is not None:
        session.info[QUEUED] = True


def _ring(session: orm.Session) -> None:
    if session.info.pop(QUEUED, False):
        bell.ring()


def _forget(session: orm.Session) -> None:
    session.info.pop(QUEUED, None)


def _ending_first(shutdown: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The server's way to end, which waits for requests under way: those that wait for a run are answered first."""

    async def end(self: Server, sockets: Any = None) -> None:
        bell.end()
        await shutdown(self, sockets)

    return end
