"""``python -m faults``: disturbs real stacks on purpose, prints the table, ends with 1 if anything does not hold."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Annotated

import typer

from bench.databases import kinds
from faults.bounded import on_postgresql, on_sqlite
from faults.result import Result
from faults.scenarios.crowd import crowd
from faults.scenarios.full_disk import full_disk
from faults.scenarios.killed_database import killed_database
from faults.scenarios.killed_server import killed_server
from faults.scenarios.killed_worker import kill_points
from faults.scenarios.photo_finish import races, through_the_engine
from faults.scenarios.wrong_clock import wrong_clock
from faults.standing import Standing, standing
from faults.table import say, say_result, show

Scenario = Callable[[str], Iterator[Result]]


def _on_a_stack(inner: Callable[[Standing, str], Iterator[Result]]) -> Scenario:
    def scenario(kind: str) -> Iterator[Result]:
        with standing(kind, say) as there:
            yield from inner(there, kind)

    return scenario


def _photo_finish(kind: str) -> Iterator[Result]:
    yield from races(kind)
    with standing(kind, say) as there:
        yield from through_the_engine(there)


SCENARIOS: dict[str, Scenario] = {
    "kill-points": _on_a_stack(kill_points),
    "server": _on_a_stack(killed_server),
    "clock": _on_a_stack(wrong_clock),
    "crowd": _on_a_stack(crowd),
    "photo-finish": _photo_finish,
}
OWN: dict[str, dict[str, Scenario]] = {
    "postgresql": {"database": lambda _kind: killed_database(say)},
    "sqlite": {"disk": lambda _kind: full_disk(say)},
}
"""Scenarios of one kind of database alone: PostgreSQL's server, SQLite's disk."""

BOUNDED: dict[str, Scenario] = {"bounded": lambda kind: {"sqlite": on_sqlite, "postgresql": on_postgresql}[kind](say)}


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


def one_side(kind: str, *, bounded: bool, only: str) -> list[Result]:
    """Run the scenarios of one kind of database, telling each result as it comes."""
    results: list[Result] = []
    for name, scenario in (BOUNDED if bounded else SCENARIOS | OWN[kind]).items():
        if only in ("", name):
            for result in scenario(kind):
                result.kind = kind
                say_result(result)
                results.append(result)
    return results


if __name__ == "__main__":
    typer.run(main)
