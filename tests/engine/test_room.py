"""What a worker takes from the engine's room does not bring the engine's server along."""

import subprocess
import sys

from tests.conftest import ROOT

SHARED = "engine.protocol, engine.patches.hook, engine.patches.no_watchers, engine.patches.wait_keys, engine.patches.worker_hooks"


def test_what_a_worker_shares_with_the_server_does_not_bring_the_server_along() -> None:
    code = f"import sys, prefect.workers.base\nbefore = set(sys.modules)\nimport {SHARED}\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    brought = done.stdout.split()
    assert "engine.protocol" in brought
    assert [name for name in brought if name.startswith("prefect.server")] == []
