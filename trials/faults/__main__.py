"""``python -m trials.faults``: disturbs real stacks on purpose, prints the table, ends with 1 if anything does not hold."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Annotated

import typer

from trials.faults.both_databases import OWN, SCENARIOS, one_side
from trials.faults.table import show
from trials.harness.databases import kinds


def main(
    bounded: Annotated[bool, typer.Option("--bounded", help="The few faults of make test")] = False,
    database: Annotated[str, typer.Option(help="sqlite or postgresql; both where nothing is said")] = "",
    only: Annotated[str, typer.Option(help=f"One of: {', '.join([*SCENARIOS, *OWN['postgresql'], *OWN['sqlite']])}")] = "",
) -> None:
    """Run the scenarios, those of each kind of database one after the other, both kinds side by side."""
    wanted = [database] if database else kinds()
    # Processes, not threads: a stack's settings are its process's environment. Most of a row is waiting for a worker to start.
    with ProcessPoolExecutor(len(wanted), mp_context=get_context("spawn")) as sides:
        told = [sides.submit(one_side, kind, bounded=bounded, only=only) for kind in wanted]
        results = [result for side in told for result in side.result()]
    show(results)
    raise SystemExit(not results or any(not result.green for result in results))


if __name__ == "__main__":
    typer.run(main)
