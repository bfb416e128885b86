"""The spike benchmark at a tiny size: nothing is lost, and it fails when lives break or latency stays high."""

from typing import Any

import pytest

from tests.trials.bench import broken
from trials.bench import spike
from trials.bench.lifecycles import BenchError, Walker
from trials.bench.spike import Plan, measure

TINY: dict[str, Any] = {"petitions": 0, "gauge": 1.0, "normal": 2.0, "spike": 1.0, "workers": 2}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spike, "STEADY", 0.5)
    monkeypatch.setattr(spike, "NORMAL_TIMES", 1000.0)


def test_a_spike_passes_without_an_error_and_latency_is_normal_again(kind: str) -> None:
    found = measure(Plan(**TINY, at_most=60.0), kind=kind)
    assert found["errors"] == 0
    assert found["recovery_seconds"] >= 0.5
    assert found["arrivals"] > 0


@pytest.mark.parametrize("walker", [broken.left_open, broken.refused], ids=["a life is left open", "a life is refused"])
def test_a_broken_life_fails_the_benchmark(kind: str, walker: Walker) -> None:
    with pytest.raises(BenchError):
        measure(Plan(**TINY, at_most=20.0, walker=walker), kind=kind)


def test_latency_that_stays_high_fails_the_benchmark(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spike, "NORMAL_TIMES", 0.0)
    with pytest.raises(BenchError, match="not as quick as before"):
        measure(Plan(**TINY, at_most=3.0), kind=kind)
