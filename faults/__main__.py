"""``python -m faults``: disturbs real stacks on purpose, prints the table, ends with 1 if anything does not hold."""

from collections.abc import Callable, Iterator
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
ONCE: dict[str, Scenario] = {"database": lambda _kind: killed_database(say), "disk": lambda _kind: full_disk(say)}
"""Scenarios that bring a database of their own kind: PostgreSQL's server, SQLite's disk."""

BOUNDED: dict[str, Scenario] = {"bounded": lambda kind: {"sqlite": on_sqlite, "postgresql": on_postgresql}[kind](say)}


def main(
    bounded: Annotated[bool, typer.Option("--bounded", help="The few faults of make test")] = False,
    database: Annotated[str, typer.Option(help="sqlite or postgresql; both where nothing is said")] = "",
    only: Annotated[str, typer.Option(help=f"One of: {', '.join([*SCENARIOS, *ONCE])}")] = "",
) -> None:
    """Run the scenarios one after the other."""
    results: list[Result] = []
    wanted = [database] if database else kinds()
    chosen = [(kind, name, scenario) for kind in wanted for name, scenario in (BOUNDED if bounded else SCENARIOS).items()]
    chosen += [] if bounded else [("", name, scenario) for name, scenario in ONCE.items()]
    for kind, name, scenario in chosen:
        if only in ("", name):
            for result in scenario(kind):
                say_result(result)
                results.append(result)
    show(results)
    raise SystemExit(any(not result.green for result in results))


if __name__ == "__main__":
    typer.run(main)
