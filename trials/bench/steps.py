"""Steps on a real engine: how many a second, how soon the next wait is seen, what an idle stack and many waiting petitions cost.

A step is a form answered through the engine's API, as its pages do, until the run stands at its next wait and
the engine shows it. Both workers drive the same flows on the same databases; only the worker differs.
"""

import argparse
import time
from statistics import quantiles
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.table import Table

from models.vocabulary.case import Step
from trials.bench.crowd import add_suspended
from trials.bench.engine import Engine, engine

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
    return {"steps": count, "seconds": round(seconds, 1), "per_second": round(count / seconds, 2), "cpu_ms_per_step": spent}


def latencies(office: Engine, count: int, *, at_the_desk: bool) -> list[float]:
    """Decide one step after the other on an idle stack; returns the seconds until the engine shows the next wait."""
    found = []
    for number in office.register(count):
        (run,) = office.runs_waiting({number}, Step.SCREEN)
        time.sleep(0.37)  # not in step with anybody's polling
        began = time.perf_counter()
        if at_the_desk:
            office.decide_at_the_desk(number)
        else:
            office.answer_form(run)
        while (state := office.client.read_flow_run(UUID(run)).state) is None or state.name != Step.PROPOSE.label:
            time.sleep(0.02)
        found.append(time.perf_counter() - began)
    return found


def spread(values: list[float]) -> dict[str, float]:
    """Half and ninety-five of a hundred were faster than this, in seconds."""
    cuts = quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2)}


def idle(office: Engine, seconds: float = IDLE_SECONDS) -> float:
    """Share of one core that server and worker use, sweeps included, while nobody does anything."""
    office.resume_schedules()
    time.sleep(5)
    before = sum(office.cpu().values())
    time.sleep(seconds)
    return round((sum(office.cpu().values()) - before) / seconds, 3)


def measure(
    *, kind: str = "postgresql", ours: int = 200, stock: int = 12, decisions: int = 40, crowd: int = 20_000
) -> dict[str, Any]:
    """Measure both workers on one kind of database, one after the other."""
    with engine(kind, worker_type="process") as office:
        slow = drain(office, stock)
        slow_waits = spread(latencies(office, 3, at_the_desk=False))
    with engine(kind) as office:
        fast = drain(office, ours)
        forms, desk = (latencies(office, decisions // 2, at_the_desk=where) for where in (False, True))
        found = {
            "steps_per_second": {
                "casework": fast["per_second"],
                "process": slow["per_second"],
                "ratio": round(fast["per_second"] / slow["per_second"], 1),
                "casework_detail": fast,
                "process_detail": slow,
            },
            "next_state_seconds": spread(forms + desk) | {"form": spread(forms), "desk": spread(desk), "process": slow_waits},
            "idle_share_of_a_core": idle(office),
        }
    if kind == "postgresql" and crowd:
        with engine(kind) as office:
            found["suspended"] = compare_crowds(office, ours, crowd)
    return found


def compare_crowds(office: Engine, steps: int, crowd: int) -> dict[str, Any]:
    """Measure the rate of steps with few and with many petitions suspended beside, and what the worker holds in memory."""
    rates, suspended = [], []
    for size in (min(FEW, crowd), crowd):
        office.kept = add_suspended(office, size - office.kept)
        suspended.append(office.kept)
        rates.append(drain(office, steps)["per_second"])
    return {
        "few": rates[0],
        "few_suspended": suspended[0],
        "many": rates[1],
        "suspended": suspended[1],
        "ratio": round(rates[1] / rates[0], 2),
        "worker_mb": office.worker_memory_mb(),
    }


def show(found: dict[str, Any], console: Console) -> None:
    """Print what was measured as a table."""
    table = Table(title="Steps on a real engine", title_justify="left")
    for head in ("", "casework worker", "stock process worker"):
        table.add_column(head, justify="left" if not head else "right")
    rate, waits = found["steps_per_second"], found["next_state_seconds"]
    table.add_row("steps a second", f"{rate['casework']}", f"{rate['process']}")
    table.add_row("ratio (at least 30)", f"{rate['ratio']}", "")
    table.add_row("next wait seen, p50 (s)", f"{waits['p50']}", f"{waits['process']['p50']}")
    table.add_row("next wait seen, p95 (s; at most 1.5)", f"{waits['p95']}", f"{waits['process']['p95']}")
    table.add_row("idle, share of a core (below 0.1)", f"{found['idle_share_of_a_core']}", "")
    if crowd := found.get("suspended"):
        table.add_row(f"steps a second, {crowd['few_suspended']:,} suspended", f"{crowd['few']}", "")
        table.add_row(f"steps a second, {crowd['suspended']:,} suspended", f"{crowd['many']}", "")
        table.add_row("ratio (at least 0.8)", f"{crowd['ratio']}", "")
        table.add_row("worker's memory, MB (below 600)", f"{crowd['worker_mb']}", "")
    console.print(table)


def main() -> None:
    """Measure and print; sizes can be made small to try it out."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kind", default="postgresql")
    for name, size in (("ours", 200), ("stock", 12), ("decisions", 40), ("crowd", 20_000)):
        options.add_argument(f"--{name}", type=int, default=size)
    show(measure(**vars(options.parse_args())), Console(width=120))


if __name__ == "__main__":
    main()
