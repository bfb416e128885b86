"""The bounded tour of faults: two lives in which nearly every turn is disturbed, and which lose and repeat nothing.

``make chaos`` does the same at every kill point.
"""

from collections.abc import Callable, Iterator

import pytest

from desk.stack.supervisor import Say
from tests.conftest import WANTED
from trials.faults.fixed_tour import on_postgresql, on_sqlite
from trials.faults.result import Result
from trials.faults.scenarios.photo_finish import races

TOURS: dict[str, Callable[[Say], Iterator[Result]]] = {"sqlite": on_sqlite, "postgresql": on_postgresql}


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", [kind for kind in TOURS if kind in WANTED])
def test_faults_lose_nothing_and_repeat_nothing(kind: str) -> None:
    results = list(TOURS[kind](lambda _line: None))
    assert [f"{one.fault}, {one.where}: {problem}" for one in results for problem in one.problems] == []
    assert all(one.seconds is not None or one.skipped or not one.fault.startswith(("worker", "server")) for one in results)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", WANTED)
def test_an_answer_and_its_deadline_in_the_same_instant_leave_one_of_each(kind: str) -> None:
    (result,) = races(kind, count=20)
    assert result.problems == []
