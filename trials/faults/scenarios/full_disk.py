"""The disk under the SQLite casework database fills up: an error in Chinese, nothing lost, and on when there is space."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.stack.supervisor import Say
from tasks.keeping.schema import ROOT
from trials.faults.disturbed_life import Visit, tour
from trials.faults.disturbed_stack import Standing, standing
from trials.faults.life import Turn
from trials.faults.office import FaultOffice
from trials.faults.result import Result

SIZE = "24m"
TURNS_WHEN_FULL = ("propose", "sign_in/1", "deliver")
NOWHERE = Result(fault="disk full", where="", skipped=True, note="this machine lets nobody mount a small disk")
FULL_FOR = 4.0
"""Seconds that the disk stays full once the answer is in."""


@contextmanager
def on_a_small_disk(say: Say) -> Iterator[tuple[Path, Standing] | None]:
    """Start a stack whose casework database is on a small disk; yields nothing where mounting is refused."""
    with small_disk() as folder:
        if folder is None:
            yield None
            return
        with standing("SQLite on a small disk", say, XINFANG_DATABASE_URL=f"sqlite:///{folder / 'casework.db'}") as there:
            yield folder, there


def full_disk(say: Say) -> Iterator[Result]:
    """Fill the disk in some turns of a life: the desk is turned away, the form's answer waits for space."""
    with on_a_small_disk(say) as started:
        if started is None:
            yield NOWHERE
            return
        folder, there = started
        yield from tour(there, "disk full", dict.fromkeys(TURNS_WHEN_FULL, filled_up(folder)))


def filled_up(folder: Path) -> Visit:
    """Answer a turn on a full disk, which gets its space back a few seconds later."""
    return lambda there, number, turn: _full(there, folder, number, turn)


def _full(there: Standing, folder: Path, number: str, turn: Turn) -> Result:
    result = Result(fault="disk full", where=f"{turn.name}: decided at the desk, then answered in its form")
    there.office.at_rest(turn.subject(number), turn.step)
    before = _events(there.office, number)
    fill(folder)
    said = _desk(turn.subject(number), turn)
    if "磁盘" not in said or "Traceback" in said:
        result.problems.append(f"the desk says: {said}")
    if _events(there.office, number) != before:
        result.problems.append("something was written on a full disk")
    round_ = there.office.answer_turn(number, turn)
    time.sleep(FULL_FOR)
    empty(folder)
    began = time.monotonic()
    there.office.after_turn(number, turn, round_)
    result.seconds = time.monotonic() - began
    result.note = f"the desk says: {said}"
    return result


def _events(office: FaultOffice, number: str) -> int:
    return len(office.office.events(number))


def _desk(subject: str, turn: Turn) -> str:
    """What the command line says when it has to write on a full disk."""
    given = [word for name, value in {"officer": turn.officer, **turn.fields}.items() for word in ("--set", f"{name}={value}")]
    order = [sys.executable, "-m", "desk.cli.main", "decide", subject, turn.step.value, *given]
    done = subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stderr.strip() or f"(exit {done.returncode}) {done.stdout.strip()}"


def fill(folder: Path) -> None:
    """Write until nothing more goes onto the disk."""
    with (folder / "ballast").open("ab", buffering=0) as ballast:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while ballast.write(b"\0" * size):
                    pass
            except OSError:
                continue


def empty(folder: Path) -> None:
    """Give the space back."""
    (folder / "ballast").unlink(missing_ok=True)


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """Mount a small disk in memory; yields nothing where mounting is refused."""
    with TemporaryDirectory(prefix="xinfang-disk-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", folder], capture_output=True, check=False
        )
        if mounted.returncode:
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
