"""Keeping a stack's parts alive: what crashes is started again, what hangs is ended first."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desk.stack.supervisor import ASK_EVERY, HEALTHY_WITHIN, LONGEST_RESTART_PAUSE, SILENT_AT_MOST, Child, Supervisor

KILLED = -9


class FakeProcess:
    """A process that runs until it is killed."""

    pid = 1

    def __init__(self) -> None:
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self.returncode

    def kill(self) -> None:
        self.returncode = KILLED


class Watch:
    """A supervisor with one child and a clock that the test moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, logs: Path) -> None:
        self.seconds = 1000.0
        self.said: list[str] = []
        self.answers = True
        self.asked = 0
        self.started = 0
        monkeypatch.setattr("desk.stack.supervisor.time.monotonic", lambda: self.seconds)
        monkeypatch.setattr("desk.stack.supervisor.subprocess.Popen", self._start)
        self.supervisor = Supervisor(self.said.append, logs=logs, environment=dict)
        self.child = self.supervisor.run("server", ["server"])
        self.child.is_well = self._answer

    def _start(self, *_args: object, **_kwargs: object) -> FakeProcess:
        self.started += 1
        return FakeProcess()

    def _answer(self) -> bool:
        self.asked += 1
        return self.answers

    def after(self, seconds: float) -> None:
        """One round of the watch, some seconds later."""
        self.seconds += seconds
        self.supervisor.revive(self.child)
        self.supervisor.ask(self.child)

    @property
    def code(self) -> int | None:
        return self.child.process.poll() if self.child.process else None


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Watch:
    return Watch(monkeypatch, tmp_path)


def test_one_that_leaves_every_question_without_an_answer_is_ended_and_started_again(watch: Watch) -> None:
    watch.after(HEALTHY_WITHIN)
    watch.answers = False
    for _ in range(SILENT_AT_MOST):
        assert watch.code is None
        watch.after(ASK_EVERY)
    assert watch.code == KILLED
    watch.after(0)
    watch.after(LONGEST_RESTART_PAUSE)
    assert [watch.code, watch.started] == [None, 2]
    assert watch.said[0] == f"server 连续 {SILENT_AT_MOST} 次没有应答，强制结束"


def test_one_that_answers_in_between_is_left_alone(watch: Watch) -> None:
    watch.after(HEALTHY_WITHIN)
    for answers in (False, False, True) * 5:
        watch.answers = answers
        watch.after(ASK_EVERY)
    assert (watch.code, watch.said) == (None, [])


def test_one_that_is_still_starting_is_not_asked(watch: Watch) -> None:
    watch.answers = False
    watch.after(HEALTHY_WITHIN - 1)
    assert watch.asked == 0


def test_one_that_was_well_when_it_was_waited_for_is_asked_soon(watch: Watch) -> None:
    watch.supervisor.wait_for(watch.child, lambda: True)
    watch.after(ASK_EVERY)
    assert watch.asked == 1


def test_the_question_is_asked_now_and_then_only(watch: Watch) -> None:
    watch.after(HEALTHY_WITHIN)
    for _ in range(int(ASK_EVERY * 3)):
        watch.after(1)
    assert watch.asked == 1 + 3


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda child: setattr(child, "is_well", None), id="nobody knows how to ask it"),
        pytest.param(lambda child: setattr(child.process, "returncode", 1), id="it has crashed"),
    ],
)
def test_nothing_is_asked_where_there_is_nothing_to_ask(watch: Watch, spoil: Callable[[Child], Any]) -> None:
    watch.seconds += HEALTHY_WITHIN
    spoil(watch.child)
    watch.supervisor.ask(watch.child)
    assert watch.asked == 0


def test_one_that_keeps_crashing_is_left_down_for_longer_each_time(watch: Watch) -> None:
    pauses = []
    for _ in range(8):
        watch.child.process.kill()  # type: ignore[union-attr]
        watch.after(0)
        pauses.append(watch.child.restart_at - watch.seconds)
        watch.after(pauses[-1])
        assert watch.code is None
    assert pauses == [1, 2, 4, 8, 16, LONGEST_RESTART_PAUSE, LONGEST_RESTART_PAUSE, LONGEST_RESTART_PAUSE]
