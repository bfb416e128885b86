"""Judging a run: does it stand where its case says that it should, and what is to be done if not. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from prefect.client.schemas.objects import FlowRun, State, StateType

from flows.runtime.waiting.inputs import keyset
from models.vocabulary.case import Step

FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
ENDED_BADLY = (StateType.FAILED, StateType.CRASHED, StateType.CANCELLED)
UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)


class Remedy(Enum):
    """What reconcile does with a run, in the words of its report."""

    START = "补建流程（原流程不存在）"
    START_AGAIN = "补建流程（原流程已结束）"
    START_ELSEWHERE = "补建流程（原流程的登记已被删除）"
    UNSTICK = "重新排队（卡在运行中）"
    REVIVE = "重新排队（失败、崩溃或者被取消）"
    WAKE = "唤醒（停在别处）"
    END_DUPLICATE = "结束重复的流程"
    END_STALE = "结束已失去进程的后台运行"
    FILE_DRAFT = "转为待更正（登记中断）"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Where the casework database says that a subject's run should stand."""

    waited_for: Step | None
    round: int
    stands_at: Step | None
    behind: bool
    nudge_after: datetime


def remedy_for(
    expected: Expected, run: FlowRun | None, *, as_of: datetime, stuck_after: timedelta, pause: timedelta = FIRST_PAUSE
) -> Remedy | None:
    """Say what a subject's run needs; nothing when it stands where it should or is on its way there.

    ``pause`` is how long a run that ended badly is left alone.
    """
    if run is None or run.state is None:
        return Remedy.START
    kind = run.state.type
    if kind is StateType.COMPLETED:
        return Remedy.START_AGAIN
    if kind in ENDED_BADLY:
        return Remedy.REVIVE if as_of >= run.state.timestamp + pause else None
    if kind in UNDER_WAY:
        return Remedy.UNSTICK if as_of >= run.state.timestamp + stuck_after else None
    if kind is StateType.PAUSED:
        return None if _waits_rightly(expected, run, as_of) else Remedy.WAKE
    return None  # scheduled: a worker will take it


def times_ended_badly(states: Iterable[State[Any]]) -> int:
    """Count how often a run has ended badly since it last waited for somebody; ``states`` are all that it was in, oldest first.

    How often it ran says nothing: a run that was woken after a decision at the desk has run once more, and failed never.
    """
    times = 0
    for state in states:
        times = 0 if state.type is StateType.PAUSED else times + (state.type in ENDED_BADLY)
    return times


def pause_before_revival(times: int) -> timedelta:
    """How long a run is left alone that ended badly so often in a row: doubles every time, up to an hour."""
    doublings = min(max(times - 1, 0), 20)
    return min(FIRST_PAUSE * float(2**doublings), LONGEST_PAUSE)


def _waits_rightly(expected: Expected, run: FlowRun, as_of: datetime) -> bool:
    if expected.waited_for is None or expected.waited_for is not expected.stands_at or run.state is None:
        return False
    if expected.behind and expected.nudge_after + FIRST_PAUSE <= as_of:
        return False  # the pump should have woken it by now
    wanted = keyset(expected.waited_for, expected.round)["response"]
    shown = run.state.state_details.run_input_keyset or {}
    return shown.get("response") == wanted and run.state.name == expected.waited_for.label
