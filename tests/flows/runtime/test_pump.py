"""The pump: when it starts an outbox run, and what it has repaired after an outage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Pending, Running, Scheduled

from flows.runtime.repair.runs import forget_deployments
from flows.runtime.worker.pump import OUTBOX, RECONCILE, Pump, start_outbox
from flows.wall_time import now
from tasks.keeping.home import forget_home
from trials.harness.office import MONDAY

LONG = timedelta(minutes=2)
"""Longer than a run may be under way."""

SOON = timedelta(minutes=4)


class FakeClient:
    """Knows some outbox runs, and notes what is started."""

    def __init__(self, runs: list[FlowRun]) -> None:
        self.runs = runs
        self.started: list[str] = []

    def read_deployment_by_name(self, name: str) -> Any:
        return SimpleNamespace(id=uuid5(NAMESPACE_URL, name))

    def read_flow_runs(self, **_asked: Any) -> list[FlowRun]:
        return self.runs

    def create_flow_run_from_deployment(self, deployment: UUID, **_said: Any) -> None:
        self.started += [name for name in (OUTBOX, RECONCILE) if uuid5(NAMESPACE_URL, name) == deployment]


@pytest.fixture(autouse=True)
def _no_deployment_is_known() -> Any:
    forget_deployments()
    yield
    forget_deployments()


@dataclass(frozen=True)
class Standing:
    """An outbox run as it will stand when the test looks: for how long in its state, and when due."""

    state: State
    since: timedelta = timedelta()
    due_in: timedelta | None = None

    def run(self) -> FlowRun:
        state = self.state.model_copy(update={"timestamp": now() - self.since})
        found = FlowRun(id=uuid4(), flow_id=uuid4(), name="outbox", state=state)
        return found.model_copy(update={"expected_start_time": now() + self.due_in if self.due_in is not None else None})


@pytest.mark.parametrize(
    ("there", "starts"),
    [
        pytest.param([], True, id="none is on its way"),
        pytest.param([Standing(Running())], False, id="one is at work"),
        pytest.param([Standing(Pending())], False, id="one is about to work"),
        pytest.param([Standing(Scheduled(), due_in=-timedelta(seconds=1))], False, id="one is due"),
        pytest.param([Standing(Scheduled())], False, id="one is due at no particular time"),
        pytest.param([Standing(Scheduled(), due_in=SOON)], True, id="the schedule's next one comes in minutes"),
        pytest.param([Standing(Running(), since=LONG)], True, id="one has been at work for so long that its worker may be gone"),
        pytest.param([Standing(Running(), since=LONG), Standing(Running())], False, id="one may be lost but another is at work"),
    ],
)
def test_an_outbox_run_is_started_unless_one_is_on_its_way(there: list[Standing], starts: bool) -> None:
    client = FakeClient([one.run() for one in there])
    start_outbox(cast("SyncPrefectClient", client))
    assert client.started == [OUTBOX] * starts


class Outage:
    """The pump's surroundings: an engine that can go away, and what is repaired."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
        monkeypatch.setenv("XINFANG_SOLE_WORKER", "true")
        forget_home()
        self.away = False
        self.hour = MONDAY
        self.repairs: list[dict[str, Any]] = []
        self.hands: set[UUID] = set()
        self.client = FakeClient([])
        for name, fake in {
            "nudge_behind": self._nudge,
            "repair_stuck": self._repair,
            "letters_wait": lambda: False,
            "now": lambda: self.hour,
        }.items():
            monkeypatch.setattr(f"flows.runtime.worker.pump.{name}", fake)
        self.pump = Pump(lambda _run: True, lambda: self.hands)

    def _nudge(self, _client: Any, **_how: Any) -> int:
        if self.away:
            raise ConnectionError
        return 0

    def _repair(self, _client: Any, **how: Any) -> None:
        self.repairs.append(how)

    def look(self, *, minutes: int = 0, pause: float = 1.0) -> float:
        self.hour = MONDAY + timedelta(minutes=minutes)
        return self.pump._look_safely(cast("SyncPrefectClient", self.client), pause)


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[Outage]:
    yield Outage(monkeypatch, home)
    forget_home()


def test_what_a_predecessor_left_is_repaired_once(outage: Outage) -> None:
    for minutes in (1, 2, 3):
        outage.look(minutes=minutes)
    assert [repair["cases_before"] for repair in outage.repairs] == [MONDAY]
    assert outage.client.started == [RECONCILE]


def test_after_an_outage_everything_from_before_it_is_repaired_once(outage: Outage) -> None:
    outage.look()
    outage.hands = {uuid4()}
    for minutes, away in enumerate((True, True, True, False, False), start=10):
        outage.away = away
        outage.look(minutes=minutes)
    assert [(repair["cases_before"], repair["spared"]) for repair in outage.repairs[1:]] == [
        (MONDAY + timedelta(minutes=10), outage.hands)
    ]
    assert outage.client.started == [RECONCILE] * 2


def test_the_pump_of_several_workers_leaves_what_the_others_have_in_hand_to_reconcile(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage.look()
    monkeypatch.setenv("XINFANG_SOLE_WORKER", "false")
    forget_home()
    outage.away = True
    outage.look()
    outage.away = False
    outage.look()
    assert (len(outage.repairs), outage.client.started) == (1, [RECONCILE] * 2)


def test_the_longer_an_outage_the_rarer_the_looks_but_never_rarer_than_every_eight_seconds(outage: Outage) -> None:
    outage.away = True
    pauses = [1.0]
    for _ in range(6):
        pauses.append(outage.look(pause=pauses[-1]))
    assert pauses == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
    outage.away = False
    assert outage.look(pause=8.0) == outage.pump._usual < 8.0
