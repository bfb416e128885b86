"""The worker takes what is due as soon as it is told, and does not run in circles when there is nothing that it may take."""

import asyncio
import threading
from collections.abc import Collection
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from prefect.client.schemas.objects import FlowRun

from flows.runtime.worker import worker as module
from flows.runtime.worker.worker import CaseworkWorker

SECONDS = 1.0


class DueOnce:
    """Gives one batch a look, each after a second or at once; when all are given, the time is over."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, batches: list[list[FlowRun]], *, at_once: bool = False) -> None:
        self.asked: list[tuple[int, set[UUID]]] = []
        self.seconds = 0.0
        self._batches, self._pause = list(batches), 0.0 if at_once else SECONDS
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.seconds))

    async def up_to(self, limit: int, in_hand: Collection[UUID]) -> list[FlowRun]:
        self.asked.append((limit, set(in_hand)))
        self.seconds += self._pause if self._batches else module.LONGEST_TAKE
        return self._batches.pop(0) if self._batches else []


class Threads:
    """Takes runs and never begins with one."""

    def submit(self, *_work: Any) -> None:
        pass


def worker_with(due: DueOnce, *, threads: int = 4) -> CaseworkWorker:
    worker: Any = CaseworkWorker(work_pool_name="casework")
    worker._due, worker._count, worker._threads = due, threads, Threads()
    worker._in_hand, worker._lock = {}, threading.Lock()
    found: CaseworkWorker = worker
    return found


def take(due: DueOnce, *, threads: int = 4) -> list[FlowRun]:
    return asyncio.run(worker_with(due, threads=threads).get_and_submit_flow_runs())


def run() -> FlowRun:
    return FlowRun(id=uuid4(), flow_id=uuid4(), name="XF", state_id=uuid4())


FIRST, SECOND = run(), run()


@pytest.mark.parametrize(
    ("batches", "at_once", "taken", "looks"),
    [
        ([[FIRST], [SECOND]], False, [FIRST, SECOND], 3),
        ([[], [SECOND]], False, [SECOND], 3),
        ([[FIRST], [FIRST], [SECOND]], False, [FIRST], 2),
        ([[], [SECOND]], True, [], 1),
    ],
    ids=[
        "one run after the other",
        "nothing for a while, then a run",
        "what is due is in hand already: the usual pause",
        "a server that does not let us wait: the usual pause",
    ],
)
def test_taking(
    monkeypatch: pytest.MonkeyPatch, batches: list[list[FlowRun]], at_once: bool, taken: list[FlowRun], looks: int
) -> None:
    due = DueOnce(monkeypatch, batches, at_once=at_once)
    assert take(due) == taken
    assert len(due.asked) == looks


def test_what_is_in_hand_is_named_in_the_next_look_by_the_state_in_which_it_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    due = DueOnce(monkeypatch, [[FIRST]])
    take(due)
    assert [in_hand for _, in_hand in due.asked] == [set(), {FIRST.state_id}]


def test_no_more_is_asked_for_than_may_wait_before_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    due = DueOnce(monkeypatch, [[FIRST, SECOND]])
    take(due, threads=2)
    assert [limit for limit, _ in due.asked] == [6, 4]


def test_nothing_is_asked_for_while_more_is_in_hand_than_there_are_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    due = DueOnce(monkeypatch, [[FIRST, SECOND], [run()]])

    async def sleep(_seconds: float) -> None:
        due.seconds += SECONDS

    monkeypatch.setattr(module, "anyio", SimpleNamespace(sleep=sleep))
    assert len(take(due, threads=1)) == 2
    assert len(due.asked) == 1
