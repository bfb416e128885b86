"""One step on every side, in one run: our worker, the stock one, our older code on the old pin, and DBOS in one process and in two.

Each round measures one side after the other, and the rounds begin with another side each, so that an hour in which others
use the machine falls on all alike. Rates are medians of the rounds, waits the spread of all of them together.
"""

import argparse
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

from trials.bench import dbos_side, old_pin, steps
from trials.bench.machine import circumstances, machine, verdict, write_down
from trials.bench.rounds import ROUNDS, Round, Sizes, detail, rate, waits_of

Side = Callable[[], Round]
OURS, STOCK, OLD, DBOS, DBOS_TWO = "casework", "process", "old_pin", "dbos", "dbos_two_processes"
RATIO, P50, P95, IDLE, CROWDED = 55.0, 0.2, 0.4, 0.05, 0.8
"""Targets: times the stock worker at least; seconds to the next wait, share of a core at most; of the rate without a crowd."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How much is measured: steps and decisions (of each way) a round, petitions suspended, who is beside."""

    kind: str = "postgresql"
    ours: int = 200
    stock: int = 12
    decisions: int = 14
    crowd: int = 20_000
    rounds: int = ROUNDS
    beside: tuple[str, ...] = (OLD, DBOS, DBOS_TWO)

    @property
    def sides(self) -> tuple[str, ...]:
        """All that is measured: ours and the stock worker always."""
        return (OURS, STOCK, *self.beside)


def measure(plan: Plan | None = None) -> dict[str, Any]:
    """Measure all sides, then what our stack costs at rest and beside a crowd."""
    plan = plan or Plan()
    seen: dict[str, list[Round]] = {side: [] for side in plan.sides}
    loads = []
    with ExitStack() as until_the_end:
        sides = _sides(plan, until_the_end)
        for number in range(plan.rounds):
            loads.append(circumstances())
            for side in (*plan.sides[number:], *plan.sides[:number]):
                seen[side].append(sides[side]())
    found = compared(seen) | {"step_rounds": loads, "sides": _told(plan.sides)}
    found["idle_share_of_a_core"] = steps.at_rest(plan.kind)
    if plan.kind == "postgresql" and plan.crowd:
        found["suspended"] = steps.beside_crowds(plan.ours, plan.crowd)
    return found


def _sides(plan: Plan, until_the_end: ExitStack) -> dict[str, Side]:
    """What measures a round of each side; the old code is unpacked only where it is asked for."""
    full, few = Sizes(steps=plan.ours, decisions=plan.decisions), Sizes(steps=plan.stock, decisions=3)
    sides: dict[str, Side] = {
        OURS: partial(steps.on_stack, plan.kind, OURS, full),
        STOCK: partial(steps.on_stack, plan.kind, STOCK, few),
        DBOS: partial(dbos_side.measure, full, processes=1),
        DBOS_TWO: partial(dbos_side.measure, full, processes=2),
    }
    if OLD in plan.sides:
        sides[OLD] = partial(until_the_end.enter_context(old_pin.old_code()).measure, full)
    return sides


def compared(seen: dict[str, list[Round]]) -> dict[str, Any]:
    """The figures of all sides beside each other; ours and the stock worker's are always there."""
    rates: dict[str, Any] = {side: rate(rounds) for side, rounds in seen.items()}
    ratio = round(rates[OURS] / rates[STOCK], 1)
    waits: dict[str, Any] = {side: waits_of(rounds) for side, rounds in seen.items() if side != OURS}
    own = waits_of(seen[OURS]) | {way: waits_of(seen[OURS], way) for way in ("form", "desk")}
    return {
        "steps_per_second": rates | {"ratio": ratio} | {f"{side}_detail": detail(rounds) for side, rounds in seen.items()},
        "next_state_seconds": own | waits,
    }


def _told(sides: tuple[str, ...]) -> dict[str, str]:
    """What stands behind each side's name."""
    known = {
        OURS: f"this code on Prefect {version('prefect')}",
        STOCK: f"the same flows under the stock process worker of Prefect {version('prefect')}",
        OLD: f"the code of {old_pin.COMMIT} on Prefect {old_pin.PREFECT}",
        DBOS: f"DBOS {version('dbos')}, one process. {' '.join(dbos_side.NOT_DONE.split())}",
        DBOS_TWO: f"DBOS {version('dbos')}, two processes",
    }
    return {side: known[side] for side in sides}


def targets(found: dict[str, Any]) -> list[tuple[str, float, str]]:
    """Each target with what was measured, and whether it is met."""
    waits, ratio, idle = found["next_state_seconds"], found["steps_per_second"]["ratio"], found["idle_share_of_a_core"]
    told = [
        (f"steps, times the stock worker (at least {RATIO:g})", ratio, verdict(ratio, at_least=RATIO)),
        (f"next wait, p50 (at most {P50} s)", waits["p50"], verdict(waits["p50"], at_most=P50)),
        (f"next wait, p95 (at most {P95} s)", waits["p95"], verdict(waits["p95"], at_most=P95)),
        (f"idle, share of a core (at most {IDLE})", idle, verdict(idle, at_most=IDLE)),
    ]
    if crowd := found.get("suspended"):
        held = crowd["ratio"]
        told.append((f"steps beside {crowd['suspended']:,} (at least {CROWDED})", held, verdict(held, at_least=CROWDED)))
    return told


def show(found: dict[str, Any], console: Console) -> None:
    """Print all sides, what stands behind them, and the targets."""
    table = Table(title="One step: from an answer until the next wait is shown", title_justify="left")
    for head in ("", "steps a second", "each round", "CPU a step (ms)", "next wait, p50 (s)", "p95 (s)"):
        table.add_column(head, justify="left" if not head else "right")
    rates, waits = found["steps_per_second"], found["next_state_seconds"]
    for side in found["sides"]:
        rounds, spread = rates[f"{side}_detail"], waits if side == OURS else waits[side]
        cpu = ", ".join(f"{part} {spent}" for part, spent in rounds["cpu_ms_per_step"].items())
        each = ", ".join(f"{one:.2f}" for one in rounds["rounds_per_second"])
        table.add_row(side, f"{rates[side]:.2f}", each, cpu, f"{spread['p50']:.3f}", f"{spread['p95']:.3f}")
    console.print(table)
    for side, meaning in found["sides"].items():
        console.print(f"{side}: {meaning}", highlight=False, markup=False)
    for what, value, judged in targets(found):
        console.print(f"{judged}  {what}: {value:g}", highlight=False, markup=False)
    if crowd := found.get("suspended"):
        console.print(f"beside {crowd['few_suspended']:,} / {crowd['suspended']:,} suspended: {crowd['few']} / {crowd['many']}")
        console.print(f"worker's memory: {crowd['worker_mb']} MB")


def main() -> None:
    """Measure and print; sizes can be made small to try it out, and ``--write`` keeps the figures."""
    options, usual = argparse.ArgumentParser(description=__doc__), Plan()
    options.add_argument("--kind", default=usual.kind)
    for name in ("ours", "stock", "decisions", "crowd", "rounds"):
        options.add_argument(f"--{name}", type=int, default=getattr(usual, name))
    options.add_argument("--beside", nargs="*", choices=usual.beside, default=usual.beside)
    options.add_argument("--write", action="store_true", help="put the figures into trials/bench/results.json")
    given = vars(options.parse_args())
    write = given.pop("write")
    before = {"machine": machine()}
    found = measure(Plan(**given | {"beside": tuple(given["beside"])}))
    show(found, Console(width=150))
    if write:
        write_down(before | found)


if __name__ == "__main__":
    main()
