"""The scenarios, and those of one kind of database run one after the other."""

from collections.abc import Callable, Iterator

from trials.faults.disturbed_stack import Standing, standing
from trials.faults.fixed_tour import on_postgresql, on_sqlite
from trials.faults.result import Result
from trials.faults.scenarios.crowd import crowd
from trials.faults.scenarios.full_disk import full_disk
from trials.faults.scenarios.killed_database import killed_database
from trials.faults.scenarios.killed_server import hung_server, killed_server
from trials.faults.scenarios.killed_worker import kill_points
from trials.faults.scenarios.long_absence import database_away, server_away
from trials.faults.scenarios.photo_finish import races, through_the_engine
from trials.faults.scenarios.wrong_time import wrong_time
from trials.faults.table import say, say_result

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
    "away": _on_a_stack(server_away),
    "hang": _on_a_stack(hung_server),
    "clock": _on_a_stack(wrong_time),
    "crowd": _on_a_stack(crowd),
    "photo-finish": _photo_finish,
}
OWN: dict[str, dict[str, Scenario]] = {
    "postgresql": {"database": lambda _kind: killed_database(say), "database-away": lambda _kind: database_away(say)},
    "sqlite": {"disk": lambda _kind: full_disk(say)},
}
"""Scenarios of one kind of database alone: PostgreSQL's server, SQLite's disk."""

BOUNDED: dict[str, Scenario] = {"bounded": lambda kind: {"sqlite": on_sqlite, "postgresql": on_postgresql}[kind](say)}


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
