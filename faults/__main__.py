"""``python -m faults``: disturbs real stacks on purpose, prints the table, ends with 1 if anything does not hold."""

from collections.abc import Callable, Iterator
from typing import Annotated

import typer

from bench.databases import kinds
from faults.result import Result
from faults.scenarios.killed_worker import kill_points
from faults.standing import standing
from faults.table import say, say_result, show

Scenario = Callable[[str, bool], Iterator[Result]]


def _kill_points(kind: str, few: bool) -> Iterator[Result]:
    with standing(kind, say) as there:
        yield from kill_points(there, kind, few=few)


SCENARIOS: dict[str, Scenario] = {"kill-points": _kill_points}


def main(
    bounded: Annotated[bool, typer.Option("--bounded", help="The few kill points of make test")] = False,
    database: Annotated[str, typer.Option(help="sqlite or postgresql; both where nothing is said")] = "",
    only: Annotated[str, typer.Option(help=f"One of: {', '.join(SCENARIOS)}")] = "",
) -> None:
    """Run the scenarios one after the other."""
    results: list[Result] = []
    for kind in [database] if database else kinds():
        for name, scenario in SCENARIOS.items():
            if only in ("", name):
                for result in scenario(kind, bounded):
                    say_result(result)
                    results.append(result)
    show(results)
    raise SystemExit(any(not result.green for result in results))


if __name__ == "__main__":
    typer.run(main)
