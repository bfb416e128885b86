"""The measurement of patches: what is asked for, what is shown, and a stack that fails. The stacks themselves are not started here."""

import io
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from engine.server import FAST
from trials.bench import patches


@pytest.mark.parametrize(
    ("words", "names", "steps"),
    [
        ([], [patch.name for patch in FAST], 60),
        (["short_ping", "--steps", "7"], ["short_ping"], 7),
        (["--quick", "short_ping"], ["short_ping"], 4),
    ],
    ids=["all, where none is named", "one", "only to see that it works"],
)
def test_what_is_measured(words: list[str], names: list[str], steps: int) -> None:
    chosen = patches.asked(words)
    assert (chosen.names, chosen.steps) == (names, steps)


def test_a_name_that_no_patch_for_speed_has_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        patches.asked(["short_ping", "sealed_columns"])
    assert "no patch for speed: sealed_columns" in capsys.readouterr().err


def test_a_stack_that_could_not_be_measured_ends_it_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(without: str, _arguments: list[str]) -> subprocess.Popen[str]:
        code = "import sys; sys.exit(3)" if without else "print('{}')"
        return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    monkeypatch.setattr(patches, "start", start)
    with pytest.raises(SystemExit, match="short_ping: a stack could not be measured"):
        patches.side_by_side("short_ping", [])


def test_what_a_patch_saves_is_shown() -> None:
    seen: dict[str, Any] = {
        "with": {"server": [30.0, 40.0, 50.0], "waits": [0.1, 0.2, 0.3], "idle": 0.03},
        "without": {"server": [50.0], "waits": [0.5], "idle": 0.04},
    }
    paper = io.StringIO()
    patches.show({"due_bell": seen}, Console(file=paper, width=110))
    row = next(line for line in paper.getvalue().splitlines() if "due_bell" in line)
    assert row.replace("│", " ").split() == ["due_bell", "40.0", "50.0", "20.0%", "0.200", "0.500", "0.030", "0.040"]
