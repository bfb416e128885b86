"""What each patch for speed saves: two stacks at the same time, one with all of them and one without this one.

On a shared machine wall time says little; the processor time that a server uses for a step says more, and two servers
that work at the same moment are disturbed alike; so are the waits after an answer, which one of the patches is for.
``python -m trials.bench.patches [NAME ...]``; with ``--quick`` only to see that it works.
"""

import argparse
import json
import os
import subprocess
import sys
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from desk.stack.whole import Stack
from engine.server import FAST
from trials.bench.engine import engine
from trials.bench.patched_server import WITHOUT
from trials.bench.steps import drain, idle, waits

ONE = "--one"
SIZES = {"steps": 60, "rounds": 5, "idle_seconds": 40}
QUICK = {"steps": 4, "rounds": 1, "idle_seconds": 5}


class PatchedStack(Stack):
    """A stack whose server leaves out what the environment names."""

    def module_of(self, name: str) -> str:
        """Put the server of this benchmark in the place of the usual one."""
        return "trials.bench.patched_server" if name == "server" else super().module_of(name)


def measure_one(kind: str, steps: int, rounds: int, idle_seconds: float) -> dict[str, Any]:
    """Steps and rest on one stack: the server's milliseconds a step, seconds to the next wait, and the share of a core at rest."""
    with engine(kind, kind_of_stack=PatchedStack) as office:
        drain(office, steps)  # warm
        spent = [drain(office, steps)["cpu_ms_per_step"] for _ in range(rounds)]
        seconds = waits(office, max(2, steps // 3), at_the_desk=False)
        return {"server": [one["server"] for one in spent], "waits": seconds, "idle": idle(office, idle_seconds)}


def start(without: str, arguments: list[str]) -> subprocess.Popen[str]:
    """Measure one stack in a process of its own."""
    command = [sys.executable, "-m", "trials.bench.patches", ONE, *arguments]
    return subprocess.Popen(command, env=os.environ | {WITHOUT: without}, stdout=subprocess.PIPE, text=True)


def side_by_side(name: str, arguments: list[str]) -> dict[str, Any]:
    """Measure with everything and without one patch, at the same time."""
    running = [start(without, arguments) for without in ("", name)]
    told = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit(f"{name}: a stack could not be measured; what is wrong stands above")
    return dict(zip(("with", "without"), (json.loads(one.splitlines()[-1]) for one in told), strict=True))


def show(found: dict[str, dict[str, Any]], console: Console) -> None:
    """Print what was measured as a table."""
    table = Table(title="Patches for speed, each left out once", title_justify="left")
    for head in ("", "ms a step, with", "without", "saved", "wait, with (s)", "without", "idle, with", "without"):
        table.add_column(head, justify="left" if not head else "right")
    for name, sides in found.items():
        whole, less = (median(sides[side]["server"]) for side in ("with", "without"))
        waits = [f"{median(sides[side]['waits']):.3f}" for side in ("with", "without")]
        rest = [f"{sides[side]['idle']:.3f}" for side in ("with", "without")]
        table.add_row(name, f"{whole:.1f}", f"{less:.1f}", f"{(less - whole) / less:.1%}", *waits, *rest)
    console.print(table)


def asked(words: list[str] | None = None) -> argparse.Namespace:
    """What is wanted, by the command line; leaves the process at a name that no patch for speed has."""
    options, known = argparse.ArgumentParser(description=__doc__), [patch.name for patch in FAST]
    options.add_argument("names", nargs="*", default=known, help=f"of {', '.join(known)}; all where none is named")
    options.add_argument(ONE, action="store_true", help="measure one stack and print it as JSON")
    options.add_argument("--kind", default="postgresql")
    options.add_argument("--quick", action="store_true", help="the smallest sizes, to see that it works")
    for name, size in SIZES.items():
        options.add_argument(f"--{name.replace('_', '-')}", type=int, default=size)
    chosen = options.parse_args(words)
    if chosen.quick:
        vars(chosen).update(QUICK)
    if strangers := set(chosen.names) - set(known):
        options.error(f"no patch for speed: {', '.join(sorted(strangers))}")
    return chosen


def main() -> None:
    """Measure the patches that are named, or all."""
    chosen = asked()
    if chosen.one:
        print(json.dumps(measure_one(chosen.kind, chosen.steps, chosen.rounds, chosen.idle_seconds)))  # noqa: T201
        return
    arguments = [word for name in ("kind", *SIZES) for word in (f"--{name.replace('_', '-')}", str(getattr(chosen, name)))]
    show({name: side_by_side(name, arguments) for name in chosen.names}, Console(width=110))


if __name__ == "__main__":
    main()
