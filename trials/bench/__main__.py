"""``make bench``: everything that README states, measured in one run on this machine; writes ``trials/bench/results.json``."""

import argparse
import json
import math
import os
import platform
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from trials.bench import lifecycles, spike, steps
from trials.harness.databases import kinds

RESULTS = Path(__file__).with_name("results.json")


def machine() -> dict[str, Any]:
    """Name what this was measured on."""
    system = f"{platform.system()} {platform.machine()}"
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "python": platform.python_version(),
        "system": system,
        "python_loop_ms": yardstick(),
    }


def yardstick() -> int:
    """Milliseconds for a million turns of a plain Python loop: shared machines are not equally fast every day."""
    best = math.inf
    for _ in range(5):
        began, total = time.process_time(), 0
        for number in range(1_000_000):
            total += number * number
        best = min(best, time.process_time() - began)
    return round(best * 1000)


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def main() -> None:
    """Measure, print tables as they come, and write the figures down."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true", help="small sizes, to see that it works; writes nothing")
    quick = options.parse_args().quick
    if "postgresql" not in kinds():
        raise SystemExit("make bench needs a PostgreSQL server; see XINFANG_TEST_POSTGRES_URL")
    console = Console(width=150)
    found: dict[str, Any] = {"machine": machine()}
    console.print(found["machine"])
    engine = steps.measure(ours=10, stock=2, decisions=4, crowd=100) if quick else steps.measure()
    steps.show(engine, console)
    lives = lifecycles.measure((0, 1000), lifecycles.Plan(seconds=3, warm_up=1)) if quick else lifecycles.measure()
    lifecycles.show(lives, console)
    crowd = spike.measure(spike.Plan(petitions=1000, gauge=5, normal=5, spike=5, at_most=120)) if quick else spike.measure()
    spike.show(crowd, console)
    found |= engine | lives | {"spike": crowd}
    if not quick:
        RESULTS.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
        console.print(f"written to {RESULTS.relative_to(Path.cwd())}")


if __name__ == "__main__":
    main()
