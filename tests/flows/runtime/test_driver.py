"""Driving a run while the casework database is away: tried again, for about half a minute, and only for that reason."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Completed, Running
from sqlalchemy.exc import OperationalError

from engine.protocol import Kept
from flows.runtime.waiting.context import leaving
from flows.runtime.worker import driver
from flows.runtime.worker.driver import PAUSES, drive

AWAY = OperationalError("SELECT 1", {}, ConnectionError("gone"))


class Desk:
    """Drives one run of a flow that meets some faults first; keeps what was left, and the pauses."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, faults: list[Exception]) -> None:
        self.left: list[tuple[Kept, State[Any]]] = []
        self.pauses: list[float] = []
        self._faults = iter(faults)
        monkeypatch.setattr(driver, "enter", lambda _client, _run: (Running(), {}))
        monkeypatch.setattr(driver, "leave", lambda _client, _run, left, state: self.left.append((left, state)))
        monkeypatch.setattr("flows.runtime.worker.driver.time.sleep", self.pauses.append)
        run = FlowRun(id=uuid4(), flow_id=uuid4(), name="XF-2026-0001")
        drive(cast("Any", None), cast("Any", SimpleNamespace(name="petition", fn=self._fn)), run)

    def _fn(self) -> State[Any]:
        leaving().forget.append("an answer")
        for fault in self._faults:
            raise fault
        return Completed(name="归档")


def test_a_database_that_is_back_in_time_is_not_noticed_on_the_runs_page(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, [AWAY, AWAY])
    [(left, state)] = desk.left
    assert (state.name, left.forget, desk.pauses) == ("归档", ["an answer"], list(PAUSES[:2]))


def test_a_database_that_stays_away_fails_the_run_and_nothing_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, [AWAY] * (len(PAUSES) + 1))
    [(left, state)] = desk.left
    assert (state.is_failed(), left, desk.pauses) == (True, Kept(), list(PAUSES))
    assert 20 < sum(PAUSES) < 60, "longer than a restart, shorter than what counts as stuck"


def test_another_fault_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch, [ValueError("试验甲")])
    [(_, state)] = desk.left
    assert (state.is_failed(), desk.pauses) == (True, [])
    assert "试验甲" not in str(state.message)
