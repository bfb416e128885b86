"""Asking for due runs: our own route gives them; the engine's own, dear one is asked only when there is a reason."""

import asyncio
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from flows.runtime.worker.due_runs import REPORT_EVERY, WAIT, DueRuns
from flows.wall_time import now
from trials.harness.engine import Engine, eventually

MONDAY = datetime.fromisoformat("2026-03-02T04:00:00+00:00")


class FakeEngine:
    """Answers both routes; ``due`` are the ids of runs that it would give, ``held`` of those that only its own rules release."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.due: list[UUID] = []
        self.held: list[UUID] = []
        self.looks: list[httpx.QueryParams] = []
        self.asked: list[str] = []
        self.says = MONDAY
        self.seconds = 0.0
        monkeypatch.setattr("flows.runtime.worker.due_runs.time.monotonic", lambda: self.seconds)
        monkeypatch.setattr("flows.runtime.worker.engine_time.now", lambda: MONDAY)
        client: Any = SimpleNamespace(
            _client=httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://engine")
        )
        self._runs = DueRuns(client, "casework")

    def look(self, *in_hand: UUID) -> list[UUID]:
        return [run.id for run in asyncio.run(self._runs.up_to(5, in_hand))]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        whole = request.method == "POST"
        self.asked.append("the pool" if whole else "the index")
        if whole:
            queue = {"work_pool_id": str(uuid4()), "work_queue_id": str(uuid4())}
            given: Any = [{"flow_run": as_run(run)} | queue for run in self.due + self.held]
        else:
            self.looks.append(request.url.params)
            given = {"runs": [as_run(run) for run in self.due], "others": bool(self.held and not self.due)}
        return httpx.Response(200, json=given, headers={"date": format_datetime(self.says, usegmt=True)})


def as_run(run: UUID) -> dict[str, str]:
    return {"id": str(run), "flow_id": str(uuid4())}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    return FakeEngine(monkeypatch)


def test_the_first_look_tells_the_engine_that_its_pool_has_a_worker(fake: FakeEngine) -> None:
    assert (fake.look(), fake.asked) == ([], ["the pool", "the index"])


def test_as_long_as_nothing_is_due_only_the_index_is_looked_at(fake: FakeEngine) -> None:
    assert [fake.look() for _ in range(4)] == [[]] * 4
    assert fake.asked == ["the pool", *["the index"] * 4]


def test_what_is_due_is_fetched_in_the_same_look(fake: FakeEngine) -> None:
    fake.look()
    fake.due = [uuid4()]
    assert fake.look() == fake.due
    assert fake.asked[2:] == ["the index"]


def test_what_only_the_engines_rules_release_is_fetched_by_its_own_route(fake: FakeEngine) -> None:
    fake.look()
    fake.held = [uuid4()]
    assert fake.look() == fake.held
    assert fake.asked[2:] == ["the index", "the pool"]


def test_states_in_which_runs_are_in_hand_are_not_waited_for(fake: FakeEngine) -> None:
    fake.look()
    mine = [uuid4(), uuid4()]
    fake.look(*mine)
    assert fake.looks[1].get_list("but_for") == [str(run) for run in mine]
    assert float(fake.looks[1]["wait"]) == WAIT


def test_the_engine_hears_from_its_worker_now_and_then(fake: FakeEngine) -> None:
    fake.look()
    fake.seconds = REPORT_EVERY - 1
    fake.look()
    fake.seconds = REPORT_EVERY
    fake.look()
    assert fake.asked == ["the pool", "the index", "the index", "the pool", "the index"]


@pytest.mark.parametrize(
    "wrong", [timedelta(days=-1), timedelta(days=1)], ids=["our clock is a day ahead", "our clock is a day behind"]
)
def test_what_is_due_is_told_by_the_engines_time(fake: FakeEngine, wrong: timedelta) -> None:
    fake.due = [uuid4()]
    fake.says = MONDAY + wrong
    assert fake.look() == fake.due
    assert not [look["before"] for look in fake.looks if "before" in look]


def test_runs_of_the_future_are_left_alone_when_our_clock_jumps_ahead(fake: FakeEngine) -> None:
    fake.look()
    fake.held, fake.says, fake.seconds = [uuid4()], MONDAY - timedelta(days=1), REPORT_EVERY
    assert fake.look() == fake.held
    assert fake.asked[2:] == ["the pool", "the index", "the pool"], "what a look by a clock that is ahead brings is of the future"


@pytest.mark.engine
def test_a_real_engine_gives_what_is_due(engine: Engine) -> None:
    def due(before: datetime, **more: Any) -> list[dict[str, Any]]:
        asked = {"pool": "casework", "before": before.isoformat(), "limit": 3, **more}
        runs: list[dict[str, Any]] = engine.client.request("GET", "/casework/runs/due", params=asked).json()["runs"]  # type: ignore[arg-type]
        return runs

    def planned(**more: Any) -> list[dict[str, Any]]:
        return due(now() + timedelta(hours=1), **more)

    eventually(lambda: len(planned()) == 3, what="sweeps that are planned for every minute of the hour")
    assert not due(now() - timedelta(days=365))
    seen = planned()
    others = planned(but_for=[run["state_id"] for run in seen])
    assert not {run["id"] for run in seen} & {run["id"] for run in others}
