"""The same step by the code that stood on the old pin of Prefect, in an environment of its own, in the same run.

The commit's files and an environment with exactly its pins are made in a folder for the occasion and removed afterwards. The
old code measures itself: its own stack, its own drain, the same sizes; only the single waits are taken by our way of measuring.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.keeping.schema import ROOT
from trials.bench.rounds import Round, Sizes

COMMIT = "09ec7c2"
"""The last one on the old pin: before the rooms were moved and the pin with them."""
PREFECT = "3.8.8"
MEASURED = """
import json, sys
from bench.engine import engine
from bench.steps import drain
from models.vocabulary import Step
from one_by_one import latencies
from settling import settle
from tasks.settings import settings

steps, decisions = map(int, sys.argv[1:])
with engine("postgresql") as office:
    settle(settings().casework_url, settings().prefect_database_url)
    drained = drain(office, steps)
    waits = {way: latencies(office, decisions, Step.SCREEN, Step.PROPOSE, at_the_desk=way == "desk") for way in ("form", "desk")}
print(json.dumps({"drained": drained, "waits": waits}))
"""


@dataclass(frozen=True)
class OldCode:
    """The old code with its environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter that has the old pins."""
        return self.folder / ".venv" / "bin" / "python"

    def measure(self, sizes: Sizes) -> Round:
        """One round of the old code on a stack of its own."""
        command = [str(self.python), "-c", MEASURED, str(sizes.steps), str(sizes.decisions)]
        found = json.loads(_run(command, self.folder, PYTHONPATH=str(Path(__file__).parent)).splitlines()[-1])
        drained = found["drained"]
        seconds = drained["steps"] / drained["per_second"]  # it rounds its seconds more than its rate
        return Round.read(drained | {"seconds": seconds}, found["waits"])


@contextmanager
def old_code() -> Iterator[OldCode]:
    """Put the old code and its environment into a folder, and take them away afterwards; takes minutes."""
    with TemporaryDirectory(prefix=f"xinfang-old-pin-{COMMIT}-") as folder:
        made = OldCode(Path(folder))
        _unpack(made.folder)
        _run([sys.executable, "-m", "venv", str(made.folder / ".venv")], made.folder)
        install = [str(made.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*install, "-r", "requirements.txt"], made.folder)
        _run([*install, "--no-deps", "--editable", "."], made.folder)
        told = _run([str(made.python), "-c", "import prefect; print(prefect.__version__)"], made.folder).split()[-1]
        if told != PREFECT:
            raise SystemExit(f"{COMMIT} stands on Prefect {told}, not on {PREFECT}")
        yield made


def _unpack(folder: Path) -> None:
    archive = folder / "old.tar"
    done = subprocess.run(["git", "-C", str(ROOT), "archive", "--output", str(archive), COMMIT], check=False)
    if done.returncode:
        raise SystemExit(f"commit {COMMIT} is not here: make bench needs a clone with its whole history")
    _run(["tar", "-xf", archive.name], folder)
    archive.unlink()


def _run(command: list[str], folder: Path, **more: str) -> str:
    """Run a command of the old code without the settings of ours; what it prints is returned."""
    ours = ("XINFANG_", "PREFECT_", "PYTHONPATH", "VIRTUAL_ENV")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours) or "_TEST_" in name}
    done = subprocess.run(command, cwd=folder, env=environment | more, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[:4])} … ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
