"""A worker whose clock is wrong asks for runs by the engine's."""

from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from flows.runtime.worker import engine_time
from flows.runtime.worker.engine_time import EngineTime
from trials.harness.office import MONDAY


@pytest.mark.parametrize(
    ("wrong_by", "corrected"),
    [
        pytest.param(timedelta(days=1), True, id="a day ahead"),
        pytest.param(timedelta(days=-1), True, id="a day behind"),
        pytest.param(timedelta(seconds=2), False, id="as far apart as machines may be"),
    ],
)
def test_a_wrong_time_is_put_right_by_the_engines_answer(
    monkeypatch: pytest.MonkeyPatch, wrong_by: timedelta, corrected: bool
) -> None:
    ours = MONDAY + wrong_by
    monkeypatch.setattr(engine_time, "now", lambda: ours)
    time = EngineTime()
    asked = time.now()
    time.read(_answer(MONDAY))
    assert (time.now() == MONDAY) is corrected
    assert time.is_past(asked) is (wrong_by < timedelta(minutes=1))


def test_a_clock_that_was_put_right_again_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    time = EngineTime()
    monkeypatch.setattr(engine_time, "now", lambda: MONDAY + timedelta(days=1))
    time.read(_answer(MONDAY))
    monkeypatch.setattr(engine_time, "now", lambda: MONDAY)
    time.read(_answer(MONDAY))
    assert time.now() == MONDAY


def test_an_answer_without_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_time, "now", lambda: MONDAY)
    time = EngineTime()
    time.read({})
    assert time.now() == MONDAY


def _answer(told: datetime) -> dict[str, str]:
    return {"date": format_datetime(told)}
