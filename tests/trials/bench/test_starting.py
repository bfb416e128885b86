"""The bench of starting reads what Python reports, judges by the target, and leaves others' figures alone."""

import json
from pathlib import Path

import pytest

from trials.bench.machine import verdict, write_down
from trials.bench.starting import import_times, measure, missed

REPORT = """\
import time: self [us] | cumulative | imported package
import time:       741 |      37636 |         sqlalchemy.dialects.sqlite
import time:        34 |         34 | typer
something that a command said
"""


def test_the_report_of_imports_is_read_module_by_module() -> None:
    assert import_times(REPORT) == {"sqlalchemy.dialects.sqlite": 741, "typer": 34}


def test_what_takes_longer_than_its_target_is_named() -> None:
    assert missed({"times_the_import": {"list": 1.4, "show": 1.41, "decide": 0.9}}) == ["show"]


def test_too_few_rounds_are_refused() -> None:
    with pytest.raises(SystemExit, match="fewer than 15"):
        measure(3)


@pytest.mark.parametrize(
    ("value", "bounds", "said"),
    [
        pytest.param(1.4, {"at_most": 1.4}, "pass", id="just good enough"),
        pytest.param(1.41, {"at_most": 1.4}, "FAIL", id="too much"),
        pytest.param(55.0, {"at_least": 55.0}, "pass", id="just enough"),
        pytest.param(54.9, {"at_least": 55.0}, "FAIL", id="too little"),
    ],
)
def test_a_figure_meets_its_target_or_not(value: float, bounds: dict[str, float], said: str) -> None:
    assert verdict(value, **bounds) == said


def test_figures_are_written_beside_those_of_other_benchmarks(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    write_down({"spike": 1, "starting": 1}, results)
    write_down({"starting": 2}, results)
    assert json.loads(results.read_text()) == {"spike": 1, "starting": 2}
