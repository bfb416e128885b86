"""What our own processes take from the engine's room is little, and does not bring the engine's server along."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT
from trials.house.sources import Source, sources

SHARED = ("engine.protocol", "engine.patches.hook")


def test_what_a_worker_shares_with_the_server_does_not_bring_the_server_along() -> None:
    shared = ", ".join(SHARED)
    code = f"import sys, prefect.workers.base\nbefore = set(sys.modules)\nimport {shared}\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    brought = done.stdout.split()
    assert "engine.protocol" in brought
    assert [name for name in brought if name.startswith("prefect.server")] == []


@pytest.mark.parametrize("source", sources(ROOT, ["flows", "desk"]), ids=lambda source: source.path.as_posix())
def test_our_own_processes_take_nothing_else_from_the_engines_room(source: Source) -> None:
    taken = [name for _, name in source.imports if name.split(".")[0] == "engine"]
    assert [name for name in taken if not name.startswith(tuple(f"{module}." for module in SHARED))] == []
