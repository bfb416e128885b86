"""What reconcile makes of a run, below the engine: a table of runs, and the remedy for each."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Cancelled, Completed, Crashed, Failed, Paused, Pending, Running, Scheduled

from flows.runtime.repair.verdict import Expected, Remedy, pause_before_revival, remedy_for, times_ended_badly
from flows.runtime.waiting.inputs import keyset
from models.vocabulary.case import Step
from rules.zone import SHANGHAI

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


def waiting(step: Step = Step.SCREEN, round_: int = 1, name: str | None = None) -> State[Any]:
    state: State[Any] = Paused(name=name or step.label, reschedule=True)
    state.state_details.run_input_keyset = {str(name): key for name, key in keyset(step, round_).items()}
    return state


def expected(**other: object) -> Expected:
    usual = {"waited_for": Step.SCREEN, "round": 1, "stands_at": Step.SCREEN, "behind": False, "nudge_after": NOON}
    return Expected(**(usual | other))  # type: ignore[arg-type]


def run_in(state: State | None, *, since: timedelta = timedelta()) -> FlowRun:
    if state is not None:
        state = state.model_copy(update={"timestamp": NOON - since})
    return FlowRun(id=uuid4(), flow_id=uuid4(), name="XF-2026-0001", state=state)


@pytest.mark.parametrize(
    ("run", "case", "remedy"),
    [
        pytest.param(None, {}, Remedy.START, id="a run that is gone is started"),
        pytest.param(run_in(None), {}, Remedy.START, id="a run without any state is started"),
        pytest.param(run_in(waiting()), {}, None, id="a run that waits where its case stands is left alone"),
        pytest.param(run_in(Scheduled()), {}, None, id="a scheduled run is left to the workers"),
        pytest.param(run_in(Running(), since=MINUTE / 2), {}, None, id="a run that has just begun is left alone"),
        pytest.param(run_in(Running(), since=MINUTE), {}, Remedy.UNSTICK, id="a run under way for a minute is stuck"),
        pytest.param(run_in(Pending(), since=MINUTE), {}, Remedy.UNSTICK, id="a run pending for a minute is stuck"),
        pytest.param(
            run_in(Completed(), since=MINUTE), {}, Remedy.START_AGAIN, id="a run that ended before its case is started again"
        ),
        pytest.param(run_in(Failed(), since=MINUTE), {}, Remedy.REVIVE, id="a failed run is revived"),
        pytest.param(run_in(Crashed(), since=MINUTE), {}, Remedy.REVIVE, id="a crashed run is revived"),
        pytest.param(run_in(Cancelled(), since=MINUTE), {}, Remedy.REVIVE, id="a run cancelled by hand is revived"),
        pytest.param(run_in(Failed()), {}, None, id="a run that has just failed is left alone for a moment"),
        pytest.param(
            run_in(waiting()), {"stands_at": Step.PROPOSE}, Remedy.WAKE, id="a wait at a step that was decided is woken"
        ),
        pytest.param(run_in(waiting()), {"stands_at": None}, Remedy.WAKE, id="a wait for nobody is woken"),
        pytest.param(run_in(waiting(round_=2)), {}, Remedy.WAKE, id="a wait of another round is woken"),
        pytest.param(run_in(waiting(name="Paused")), {}, Remedy.WAKE, id="a wait under another name is woken"),
        pytest.param(run_in(Paused(reschedule=True)), {}, Remedy.WAKE, id="a run paused by hand is woken"),
        pytest.param(run_in(waiting()), {"waited_for": None}, Remedy.WAKE, id="an answered wait that was not left is woken"),
        pytest.param(run_in(waiting()), {"behind": True}, None, id="a run that the pump is about to wake is left to it"),
        pytest.param(
            run_in(waiting()),
            {"behind": True, "nudge_after": NOON - MINUTE},
            Remedy.WAKE,
            id="a run that the pump forgot is woken",
        ),
    ],
)
def test_the_remedy(run: FlowRun | None, case: dict[str, object], remedy: Remedy | None) -> None:
    assert remedy_for(expected(**case), run, as_of=NOON, stuck_after=MINUTE) is remedy


@pytest.mark.parametrize(
    ("states", "times"),
    [
        pytest.param([], 0, id="a run without a past never has"),
        pytest.param([Scheduled(), Running(), Failed()], 1, id="a run that failed before it ever waited"),
        pytest.param(
            [*[Running(), waiting()] * 12, Running(), Failed()], 1, id="a run that came through twelve steps and failed once"
        ),
        pytest.param(
            [Running(), waiting(), *[Running(), Failed(), Scheduled()] * 3], 3, id="a run that failed and was revived three times"
        ),
        pytest.param([Failed(), Crashed(), Cancelled()], 3, id="a run that failed, crashed and was cancelled"),
        pytest.param([Failed(), Failed(), Running(), waiting(), Running(), Crashed()], 1, id="a run that recovered in between"),
    ],
)
def test_how_often_a_run_ended_badly_in_a_row(states: list[State], times: int) -> None:
    assert times_ended_badly(states) == times


def test_a_run_that_keeps_failing_is_left_alone_for_as_long_as_it_is_told() -> None:
    failed = run_in(Failed(), since=MINUTE)
    assert remedy_for(expected(), failed, as_of=NOON, stuck_after=MINUTE, pause=MINUTE) is Remedy.REVIVE
    assert remedy_for(expected(), failed, as_of=NOON, stuck_after=MINUTE, pause=2 * MINUTE) is None


def test_the_pause_before_a_revival_doubles_up_to_an_hour() -> None:
    assert [pause_before_revival(times).total_seconds() for times in (0, 1, 2, 3, 9, 500)] == [15, 15, 30, 60, 3600, 3600]
