"""Waiting for a run that is due, on the engine's own tables: told at once of what this process commits, and found by looking."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from prefect.server.database import orm_models
from prefect.server.schemas.core import FlowRun
from prefect.server.schemas.states import StateType
from sqlalchemy import orm
from uvicorn import Config
from uvicorn.server import Server

from engine import due, due_bell
from engine.due_bell import DueBell
from engine.protocol import DueAnswer
from tests.conftest import WANTED
from tests.engine.due_house import House, Story, database, tell

LONG = 60.0
"""Seconds that nobody really waits in these tests; far more than a slow machine takes to be told."""


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Server, "shutdown", Server.shutdown)
    monkeypatch.setattr(due_bell.bell, "is_over", False)
    DueBell().apply()
    yield
    sa.event.remove(orm_models.FlowRunState, "after_insert", due_bell._note)
    sa.event.remove(orm.Session, "after_commit", due_bell._ring)
    sa.event.remove(orm.Session, "after_rollback", due_bell._forget)


In = Callable[[Story], Any]


@pytest.fixture(params=WANTED)
def inside(request: pytest.FixtureRequest, home: Path) -> Iterator[In]:
    """Runs a story in a furnished house."""
    with database(request.param, home) as db:
        yield partial(tell, db)


async def at_once(answer: Awaitable[DueAnswer[FlowRun]]) -> list[UUID]:
    """The runs that an answer brings; long before whoever waits would look for the last time."""
    return [run.id for run in (await asyncio.wait_for(answer, due.LONGEST_WAIT / 2)).runs]


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251


def test_whoever_waits_is_told_as_soon_as_a_run_is_queued(inside: In, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "LOOK_EVERY", LONG)

    async def story(house: House) -> tuple[list[UUID], list[UUID]]:
        waiting = asyncio.create_task(house.looker().first(soon(), LONG))
        await asyncio.sleep(0.3)
        async with house.queued() as run:
            pass
        return await at_once(waiting), [run]

    told, queued = inside(story)
    assert told == queued


def test_a_run_queued_at_this_instant_is_seen_by_whoever_asked_just_before(inside: In) -> None:
    async def story(house: House) -> bool:
        async with house.queued() as run:
            pass
        late = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251
        behind = await house.looker().first(late, 0.0)
        found = await house.looker().first(None, 0.0)
        return ([one.id for one in behind.runs], [one.id for one in found.runs]) == ([], [run])

    assert inside(story)


def test_whoever_waits_holds_no_connection_to_the_database(inside: In, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "LOOK_EVERY", LONG)

    async def story(house: House) -> tuple[bool, int]:
        waiting = asyncio.create_task(house.looker().first(soon(), LONG))
        await asyncio.sleep(1.0)  # the first look is over
        held = waiting.done(), await house.connections_in_use()
        waiting.cancel()
        await asyncio.wait([waiting])
        return held

    assert inside(story) == (False, 0)


def test_whoever_goes_away_is_forgotten(inside: In) -> None:
    async def story(house: House) -> tuple[int, int]:
        waiting = asyncio.create_task(house.looker().first(soon(), LONG))
        await asyncio.sleep(0.3)
        before = len(due_bell.bell._listening)
        waiting.cancel()
        await asyncio.wait([waiting])
        return before, len(due_bell.bell._listening)

    assert inside(story) == (1, 0)


def test_a_server_that_ends_lets_nobody_wait(inside: In, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "LOOK_EVERY", LONG)

    async def story(house: House) -> list[list[UUID]]:
        waiting = asyncio.create_task(house.looker().first(soon(), LONG))
        await asyncio.sleep(0.3)
        server = Server(Config(app="nothing", log_config=None))
        server.servers, server.force_exit = [], True  # there is none but for its end
        await server.shutdown()
        return [await at_once(waiting), await at_once(house.looker().first(soon(), LONG))]

    assert inside(story) == [[], []]


@pytest.mark.parametrize("kind", [StateType.PAUSED, StateType.COMPLETED], ids=["begins to wait", "ends"])
def test_nobody_is_woken_by_a_run_that(inside: In, monkeypatch: pytest.MonkeyPatch, kind: StateType) -> None:
    async def story(house: House) -> bool:
        with due_bell.bell.listening() as rung:
            async with house.queued(kind=kind):
                pass
            await asyncio.sleep(0)
            return rung.is_set()

    assert not inside(story)


def test_nobody_is_woken_by_a_transaction_that_is_taken_back_nor_by_the_next_one(inside: In) -> None:
    async def story(house: House) -> bool:
        with due_bell.bell.listening() as rung:
            with pytest.raises(RuntimeError):
                async with house.queued():
                    raise RuntimeError
            await house.change(orm_models.WorkPool, description="another")
            await asyncio.sleep(0)
            return rung.is_set()

    assert not inside(story)


def test_a_bell_that_rings_during_a_look_is_not_missed(inside: In, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "LOOK_EVERY", LONG)

    async def story(house: House) -> tuple[list[UUID], list[UUID]]:
        looker = house.looker()
        queued: list[UUID] = []
        look = looker._look

        async def look_slowly(by: datetime) -> DueAnswer[FlowRun]:
            found = await look(by)
            if not queued:
                async with house.queued() as run:
                    queued.append(run)
            return found

        monkeypatch.setattr(looker, "_look", look_slowly)
        return await at_once(looker.first(soon(), LONG)), queued

    found, queued = inside(story)
    assert found == queued


def test_what_another_server_has_queued_is_found_by_looking(inside: In) -> None:
    async def story(house: House) -> bool:
        at = datetime.now(UTC) + timedelta(days=1)  # noqa: TID251
        async with house.queued(at=at) as run:
            pass
        waiting = asyncio.create_task(house.looker().first(soon(), LONG))
        await asyncio.sleep(0.3)
        await house.change(orm_models.FlowRun, next_scheduled_start_time=at - timedelta(days=2))  # no bell tells of this
        return await at_once(waiting) == [run]

    assert inside(story)


def test_a_run_whose_time_comes_is_found_by_looking(inside: In) -> None:
    async def story(house: House) -> tuple[int, int]:
        now = datetime.now(UTC)  # noqa: TID251
        async with house.queued(at=now + timedelta(seconds=1)):
            pass
        early = await house.looker().first(now, 0.0)
        later = await house.looker().first(now, LONG)
        return len(early.runs), len(later.runs)

    assert inside(story) == (0, 1)


def test_nothing_comes_of_waiting_in_vain(inside: In) -> None:
    async def story(house: House) -> tuple[bool, float]:
        began = time.monotonic()
        found = await house.looker().first(soon(), 0.7)
        return bool(found.runs or found.others), time.monotonic() - began

    found, seconds = inside(story)
    assert (found, seconds >= 0.7) == (False, True)


def test_runs_that_are_in_hand_already_are_left_out(inside: In) -> None:
    async def story(house: House) -> tuple[list[UUID], list[UUID]]:
        async with house.queued() as mine:
            pass
        async with house.queued() as free:
            pass
        found = await house.looker(but_for=[await house.state_of(mine)]).first(soon(), 0.0)
        return [one.id for one in found.runs], [free]

    found, free = inside(story)
    assert found == free


def test_a_run_that_is_resumed_after_it_was_in_hand_is_told_at_once(inside: In, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "LOOK_EVERY", LONG)

    async def story(house: House) -> tuple[list[UUID], list[UUID]]:
        async with house.queued() as run:
            pass
        waiting = asyncio.create_task(house.looker(but_for=[await house.state_of(run)]).first(soon(), LONG))
        await asyncio.sleep(0.3)
        await house.resume(run)
        return await at_once(waiting), [run]

    found, resumed = inside(story)
    assert found == resumed


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (orm_models.WorkPool, {"is_paused": True}),
        (orm_models.WorkPool, {"concurrency_limit": 1}),
        (orm_models.WorkPool, {"name": "another"}),
        (orm_models.WorkQueue, {"is_paused": True}),
        (orm_models.WorkQueue, {"concurrency_limit": 1}),
    ],
    ids=["of a paused pool", "of a limited pool", "of another pool", "of a paused queue", "of a limited queue"],
)
def test_the_engines_own_rules_decide_on_a_run(inside: In, table: Any, values: dict[str, Any]) -> None:
    async def story(house: House) -> tuple[int, bool]:
        async with house.queued():
            pass
        await house.change(table, **values)
        found = await house.looker().first(soon(), 0.0)
        return len(found.runs), found.others

    assert inside(story) == (0, True)
