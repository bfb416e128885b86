"""Steps on a real engine: how many a second, how soon the next wait is seen, what an idle stack and many waiting petitions cost.

A step is a form answered through the engine's API, as its pages do, until the run stands at its next wait and
the engine shows it. Both workers drive the same flows on the same databases; only the worker differs.
"""

import time
from dataclasses import dataclass
from statistics import median
from typing import Any

from models.vocabulary.case import Step
from tasks.keeping.settings import settings
from trials.bench.crowd import add_suspended
from trials.bench.engine import Engine, engine
from trials.bench.one_by_one import latencies
from trials.bench.rounds import ROUNDS, Round, Sizes
from trials.bench.settling import settle

IDLE_SECONDS = 60.0
FEW = 200
"""Suspended petitions beside which the rate is measured that many must not slow down."""


def drain(office: Engine, count: int) -> dict[str, Any]:
    """Bring so many petitions to their first form, answer all forms, and time it until the last one waits again."""
    done = office.waiting_at(Step.PROPOSE)
    runs = office.runs_waiting(set(office.register(count)), Step.SCREEN)
    before, began = office.cpu(), time.perf_counter()
    for run in runs:
        office.answer_form(run)
    office.until_waiting(Step.PROPOSE, done + count)
    seconds = time.perf_counter() - began
    spent = {name: round((used - before[name]) / count * 1000, 1) for name, used in office.cpu().items()}
    return {"steps": count, "seconds": round(seconds, 3), "per_second": round(count / seconds, 2), "cpu_ms_per_step": spent}


def waits(office: Engine, count: int, *, at_the_desk: bool) -> list[float]:
    """Seconds from one decision after the other until the next wait, on an idle stack."""
    return latencies(office, count, Step.SCREEN, Step.PROPOSE, at_the_desk=at_the_desk)


def idle(office: Engine, seconds: float = IDLE_SECONDS) -> float:
    """Share of one core that server and worker use, sweeps included, while nobody does anything."""
    office.resume_schedules()
    time.sleep(5)
    before = sum(office.cpu().values())
    time.sleep(seconds)
    return round((sum(office.cpu().values()) - before) / seconds, 3)


def on_stack(kind: str, worker_type: str, sizes: Sizes) -> Round:
    """One round on a stack of its own, under our worker or under the stock one."""
    with engine(kind, worker_type=worker_type) as office:
        settle(settings().casework_url, settings().prefect_database_url)
        drained = drain(office, sizes.steps)
        found = {"form": waits(office, sizes.decisions, at_the_desk=False)}
        if not office.stock:
            found["desk"] = waits(office, sizes.decisions, at_the_desk=True)
    return Round.read(drained, found)


def at_rest(kind: str) -> float:
    """What a stack costs that nobody uses, on its own."""
    with engine(kind) as office:
        return idle(office)


def beside_crowds(steps: int, crowd: int) -> dict[str, Any]:
    """The rate of steps with few and with many petitions suspended beside (PostgreSQL), and what the worker holds in memory."""
    with engine("postgresql") as office:
        few, many = (_beside(office, size, steps) for size in (min(FEW, crowd), crowd))
        memory = office.worker_memory_mb()
    return {
        "few": few.per_second,
        "few_suspended": few.suspended,
        "many": many.per_second,
        "suspended": many.suspended,
        "ratio": round(many.per_second / few.per_second, 2),
        "worker_mb": memory,
    }


@dataclass(frozen=True)
class _Crowd:
    """So many petitions waited beside, and this was the median rate."""

    suspended: int
    per_second: float


def _beside(office: Engine, size: int, steps: int) -> _Crowd:
    office.kept = suspended = add_suspended(office, size - office.kept)
    settle(settings().casework_url, settings().prefect_database_url)
    return _Crowd(suspended, median(float(drain(office, steps)["per_second"]) for _ in range(ROUNDS)))
