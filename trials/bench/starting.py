"""How long the commands of every day take from the shell and back, beside the bare import of the library they stand on.

Each round runs the import and the three commands one after the other, so that whatever else the machine does falls on all of
them alike; the medians are compared. Python may keep what it has compiled, as it does in an installed office.
"""

import argparse
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

from trials.bench.lives import CLERK, Life, register
from trials.bench.machine import circumstances, verdict, write_down
from trials.harness.databases import fresh

ROUNDS = 21
FEWEST = 15
AT_MOST = 1.4
"""Times the bare import."""
BARE = [sys.executable, "-c", "import sqlmodel"]
XINFANG = str(Path(sys.executable).with_name("xinfang"))
SCREENED = ("--set", f"经办人工号={CLERK}", "--set", "信访事项类别=申诉求决", "--set", "内容分类=城乡建设/物业服务")
COMMANDS = ("list", "show", "decide")
SHOWN = 12


def measure(rounds: int = ROUNDS, *, kind: str = "sqlite") -> dict[str, Any]:
    """Time the import and the commands side by side; a command that fails ends the benchmark."""
    if rounds < FEWEST:
        raise SystemExit(f"a median of fewer than {FEWEST} rounds says nothing")
    before = circumstances()
    with fresh(kind) as made:
        numbers = [_registered(Life(made, seed, f"start:{seed}")) for seed in range(rounds + 1)]
        made.engine.dispose()
        seen: dict[str, list[float]] = {}
        for turn, number in enumerate(numbers):
            for name, command in _commands(number).items():
                seconds = _timed(command)
                if turn:  # in the first round Python compiles
                    seen.setdefault(name, []).append(seconds)
        found = _compared(seen)
        costs = {name: _dearest(_commands(numbers[0])[name]) for name in missed(found) if name != "decide"}
    return before | {"rounds": rounds, "database": kind} | found | ({"dearest_imports_ms": costs} if costs else {})


def missed(found: dict[str, Any]) -> list[str]:
    """The commands that take too long."""
    return [name for name in COMMANDS if found["times_the_import"][name] > AT_MOST]


def _registered(life: Life) -> str:
    register(life)
    return life.number


def _commands(number: str) -> dict[str, list[str]]:
    return {
        "import": BARE,
        "list": [XINFANG, "list"],
        "show": [XINFANG, "show", number],
        "decide": [XINFANG, "decide", number, *SCREENED],
    }


def _timed(command: list[str]) -> float:
    began = time.perf_counter()
    _run(command)
    return time.perf_counter() - began


def _run(command: list[str]) -> str:
    """Run a command and return what it said on its error stream."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stderr


def _compared(seen: dict[str, list[float]]) -> dict[str, Any]:
    medians = {name: median(seconds) for name, seconds in seen.items()}
    return {
        "median_seconds": {name: round(seconds, 3) for name, seconds in medians.items()},
        "times_the_import": {name: round(medians[name] / medians["import"], 2) for name in COMMANDS},
    }


def _dearest(command: list[str]) -> dict[str, float]:
    """Milliseconds that each package costs a command which the bare import does not have to pay, the dearest first."""
    traced = [[sys.executable, "-X", "importtime", *one[1:]] for one in (BARE, [sys.executable, *command])]
    bare, whole = (import_times(_run(one)) for one in traced)
    cost: Counter[str] = Counter()
    for module, microseconds in whole.items():
        if module not in bare:
            cost[module.partition(".")[0]] += microseconds
    return {package: round(microseconds / 1000, 1) for package, microseconds in cost.most_common(SHOWN)}


def import_times(report: str) -> dict[str, int]:
    """Read what ``-X importtime`` says: each module's own microseconds."""
    lines = (line.removeprefix("import time:").split("|") for line in report.splitlines() if line.startswith("import time:"))
    return {cells[2].strip(): int(cells[0]) for cells in lines if cells[0].strip().isdigit()}


def show(found: dict[str, Any], console: Console) -> None:
    """Print the medians beside the bare import, and where the time goes when a command takes too long."""
    table = Table(title=f"From the shell and back, medians of {found['rounds']} rounds", title_justify="left")
    for head in ("", "seconds", "times the import", f"at most {AT_MOST}"):
        table.add_column(head, justify="left" if not head else "right")
    table.add_row("import sqlmodel", f"{found['median_seconds']['import']:.3f}", "1", "")
    for name in COMMANDS:
        times = found["times_the_import"][name]
        table.add_row(f"xinfang {name}", f"{found['median_seconds'][name]:.3f}", f"{times:.2f}", verdict(times, at_most=AT_MOST))
    console.print(table)
    console.print(f"load of the machine before: {found['load_before']}")
    for name, costs in found.get("dearest_imports_ms", {}).items():
        told = ", ".join(f"{package} {cost:.1f}" for package, cost in costs.items())
        console.print(f"xinfang {name} imports beside sqlmodel (ms, traced): {told}", highlight=False)


def main() -> None:
    """Measure, print, write the figures down; ends with 1 when a command takes too long."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    options.add_argument("--kind", choices=("sqlite", "postgresql"), default="sqlite")
    given = options.parse_args()
    found = measure(given.rounds, kind=given.kind)
    show(found, Console(width=120))
    write_down({"starting": found})
    if missed(found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
