"""Rounds of one measurement on several sides, and what is kept of them: medians of rates, and all waits together."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

ROUNDS = 3
"""How often each side is measured, one side after the other; the median counts."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many steps a round drains, and how many it takes one by one in each way."""

    steps: int
    decisions: int


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round saw on one side: seconds for all steps, and for each single one by the way in which it was decided."""

    steps: int
    seconds: float
    cpu_ms_per_step: dict[str, int]
    waits: dict[str, list[float]]

    @classmethod
    def read(cls, drained: dict[str, Any], waits: dict[str, list[float]]) -> "Round":
        """Take what was drained and what was waited for; also from the older code that prints the same."""
        return cls(steps=drained["steps"], seconds=drained["seconds"], cpu_ms_per_step=drained["cpu_ms_per_step"], waits=waits)

    @property
    def per_second(self) -> float:
        """Steps a second."""
        return self.steps / self.seconds


def rate(rounds: Sequence[Round]) -> float:
    """The median of the rounds' steps a second."""
    return round(median(one.per_second for one in rounds), 2)


def waits_of(rounds: Sequence[Round], *ways: str) -> dict[str, float]:
    """The spread of all rounds' waits together; of some ways only, where they are named."""
    return spread([seconds for one in rounds for way, found in one.waits.items() if way in (ways or (way,)) for seconds in found])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Half and ninety-five of a hundred were faster than this, in seconds."""
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 3), "p95": round(cuts[94], 3)}


def detail(rounds: Sequence[Round]) -> dict[str, Any]:
    """Each round's rate, and the medians of the processor time that a step takes in each part."""
    parts = rounds[0].cpu_ms_per_step
    return {
        "steps": rounds[0].steps,
        "rounds_per_second": [round(one.per_second, 2) for one in rounds],
        "cpu_ms_per_step": {part: round(median(one.cpu_ms_per_step[part] for one in rounds)) for part in parts},
    }
