"""Asking for due runs: the engine's own, dear route only when there is a reason."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from flows.clock import now
from flows.runtime.worker.due_runs import REPORT_EVERY, DueRuns
from trials.harness.engine import Engine

MONDAY = datetime.fromisoformat("2026-03-02T04:00:00+00:00")


class FakeEngine:
    """Answers both routes; ``due`` are the ids of runs that it would give."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.due: list[UUID] = []
        self.asked: list[str] = []
        self.says = MONDAY
        self.seconds = 0.0
        monkeypatch.setattr("flows.runtime.worker.due_runs.time.monotonic", lambda: self.seconds)
        monkeypatch.setattr("flows.runtime.worker.engine_clock.now", lambda: MONDAY)
        client: Any = SimpleNamespace(
            _client=httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://engine")
        )
        self._runs = DueRuns(client, "casework")

    def look(self) -> list[UUID]:
        return [run.id for run in asyncio.run(self._runs.up_to(5))]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        whole = request.method == "POST"
        self.asked.append("the pool" if whole else "the index")
        runs = [
            {"flow_run": {"id": str(run), "flow_id": str(uuid4())}, "work_pool_id": str(uuid4()), "work_queue_id": str(uuid4())}
            for run in self.due
        ]
        return httpx.Response(200, json=runs if whole else bool(runs), headers={"date": format_datetime(self.says, usegmt=True)})


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return FakeEngine(monkeypatch)


def test_the_first_look_tells_the_engine_that_its_pool_has_a_worker(fake: FakeEngine) -> None:
    assert (fake.look(), fake.asked) == ([], ["the pool"])


def test_as_long_as_nothing_is_due_only_the_index_is_looked_at(fake: FakeEngine) -> None:
    assert [fake.look() for _ in range(4)] == [[]] * 4
    assert fake.asked == ["the pool", "the index", "the index", "the index"]


def test_what_is_due_is_fetched_in_the_same_look(fake: FakeEngine) -> None:
    fake.look()
    fake.due = [uuid4()]
    assert fake.look() == fake.due
    assert fake.asked[1:] == ["the index", "the pool"]


def test_the_engine_hears_from_its_worker_now_and_then(fake: FakeEngine) -> None:
    fake.look()
    fake.seconds = REPORT_EVERY - 1
    fake.look()
    fake.seconds = REPORT_EVERY
    fake.look()
    assert fake.asked == ["the pool", "the index", "the pool"]


@pytest.mark.parametrize(
    "wrong", [timedelta(days=-1), timedelta(days=1)], ids=["our clock is a day ahead", "our clock is a day behind"]
)
def test_what_is_due_is_told_by_the_engines_clock(fake: FakeEngine, wrong: timedelta) -> None:
    fake.due = [uuid4()]
    fake.says = MONDAY + wrong
    first = fake.look()
    assert first == ([] if wrong < timedelta() else fake.due), "a look by a clock that is ahead brings runs of the future"
    assert fake.look() == fake.due


@pytest.mark.engine
def test_a_real_engine_says_whether_anything_is_due(engine: Engine) -> None:
    def due(before: datetime) -> bool:
        return bool(engine.client.request("GET", "/casework/runs/due", params={"before": before.isoformat()}).json())  # type: ignore[arg-type]

    assert due(now() + timedelta(hours=1)), "sweeps are planned for every minute of the hour"
    assert not due(now() - timedelta(days=365))
