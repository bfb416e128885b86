"""A worker whose clock is wrong asks for runs by the engine's."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from flows.runtime.worker import engine_clock
from flows.runtime.worker.engine_clock import EngineClock
from trials.harness.office import MONDAY


@pytest.mark.parametrize(
    ("wrong_by", "corrected"),
    [
        pytest.param(timedelta(days=1), True, id="a day ahead"),
        pytest.param(timedelta(days=-1), True, id="a day behind"),
        pytest.param(timedelta(seconds=2), False, id="as far apart as machines may be"),
    ],
)
def test_a_wrong_clock_is_put_right_by_the_engines_answer(
    monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta, corrected: bool
) -> None:
    ours = MONDAY + wrong_by
    monkeypatch.setattr(engine_clock, "now", lambda: ours)
    clock = EngineClock()
    asked = clock.now()
    clock.read(_answer(MONDAY))
    assert (clock.now() == MONDAY) is corrected
    assert clock.is_past(asked) is (wrong_by < timedelta(minutes=1))


def test_a_clock_that_was_put_right_again_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = EngineClock()
    monkeypatch.setattr(engine_clock, "now", lambda: MONDAY + timedelta(days=1))
    clock.read(_answer(MONDAY))
    monkeypatch.setattr(engine_clock, "now", lambda: MONDAY)
    clock.read(_answer(MONDAY))
    assert clock.now() == MONDAY


def test_an_answer_without_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_clock, "now", lambda: MONDAY)
    clock = EngineClock()
    clock.read({})
    assert clock.now() == MONDAY


def _answer(told: datetime) -> dict[str, str]:
    return {"date": format_datetime(told)}
