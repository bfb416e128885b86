"""``make bench``: everything that README states, measured in one run on this machine; writes ``trials/bench/results.json``."""

import argparse
from typing import Any

from rich.console import Console

from trials.bench import lifecycles, side_by_side, spike
from trials.bench.machine import machine, write_down
from trials.harness.databases import kinds

QUICK = side_by_side.Plan(ours=10, stock=2, decisions=2, crowd=100, rounds=1)


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
    engine = side_by_side.measure(QUICK if quick else None)
    side_by_side.show(engine, console)
    lives = lifecycles.measure((0, 1000), lifecycles.Plan(seconds=3, warm_up=1)) if quick else lifecycles.measure()
    lifecycles.show(lives, console)
    crowd = spike.measure(spike.Plan(petitions=1000, gauge=5, normal=5, spike=5, at_most=120)) if quick else spike.measure()
    spike.show(crowd, console)
    found |= engine | lives | {"spike": crowd}
    if not quick:
        write_down(found)
        console.print("written to trials/bench/results.json")


if __name__ == "__main__":
    main()
