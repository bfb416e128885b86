"""The disk under the SQLite casework database fills up: an error in Chinese, nothing lost, and on when there is space."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from desk.supervisor import Say
from faults.life import Turn
from faults.office import FaultOffice, LostError
from faults.result import Result
from faults.scenarios.killed_worker import conclude
from faults.standing import Standing, standing
from tasks.schema import ROOT

SIZE = "24m"
TURNS_WHEN_FULL = ("propose", "sign_in/1", "deliver")
FULL_FOR = 4.0
"""Seconds that the disk stays full once the answer is in."""


def full_disk(say: Say, *, few: bool) -> Iterator[Result]:
    """Fill the disk in some turns of a life, once the desk and once a form brings the answer."""
    with small_disk() as folder:
        if folder is None:
            yield Result(fault="disk full", where="", skipped=True, note="this machine lets nobody mount a small disk")
            return
        with standing("small disk", say, XINFANG_DATABASE_URL=f"sqlite:///{folder / 'casework.db'}") as there:
            yield from _lives(there, folder, TURNS_WHEN_FULL[:1] if few else TURNS_WHEN_FULL)


def _lives(there: Standing, folder: Path, full_in: tuple[str, ...]) -> Iterator[Result]:
    office = there.office
    control, number = office.live(), office.number_of(office.submit())
    for turn in office.turns():
        try:
            if turn.name in full_in:
                yield _full(there, folder, number, turn)
            else:
                office.after_turn(number, turn, office.answer_turn(number, turn))
        except LostError as lost:
            yield Result(fault="disk full", where=turn.name, problems=[str(lost)])
            break
    yield conclude(there, "disk full", [control, number], control)


def _full(there: Standing, folder: Path, number: str, turn: Turn) -> Result:
    result = Result(fault="disk full", where=f"{turn.name}: decided at the desk, then answered in its form")
    there.office.at_rest(turn.subject(number), turn.step)
    before = _events(there.office, number)
    fill(folder)
    said = _desk(turn.subject(number), turn)
    if "磁盘" not in said or "Traceback" in said:
        result.problems.append(f"the desk says: {said or 'nothing'}")
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
    order = [sys.executable, "-m", "desk.cli", "decide", subject, turn.step.value, *given]
    return subprocess.run(order, cwd=ROOT, capture_output=True, text=True, check=False).stderr.strip()


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
