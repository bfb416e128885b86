"""Two sweeps started together while a third is killed half-way: every step acted on, none twice, none lost.

``XINFANG_TEST_SWEEP_STEPS=10000`` runs it at full size.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlmodel import func, select

from models.case_event import CaseEvent
from models.clock import ClockRung
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event
from models.vocabulary.limits import RungFate
from rules.zone import SHANGHAI
from tasks.keeping.vault import vault
from tasks.record.verifying import verify
from tasks.sweeping.sweep import SweepReport, sweep
from trials.harness.office import MONDAY, Office

ROOT = Path(__file__).resolve().parents[3]
STEPS = int(os.environ.get("XINFANG_TEST_SWEEP_STEPS", "600"))
BATCH = max(5, min(50, STEPS // 60))
"""Small enough that there is a half-way to be killed at."""

LAST_DAY = datetime(2026, 3, 17, 0, 5, tzinfo=SHANGHAI)
"""On it both limits of a petition received on 2 March end: two steps to act on, and three lights overtaken."""
PATIENCE = 120 + STEPS / 20
pytestmark = pytest.mark.timeout(int(2 * PATIENCE))


@dataclass
class Sweeper:
    """A sweep in a process of its own; what it says lands in a file."""

    process: subprocess.Popen[str]
    said: Path

    @property
    def words(self) -> list[str]:
        """The lines that it has said so far."""
        return self.said.read_text().split("\n")[:-1]

    def begin(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Sweeper]]:
    """Start sweepers by name; whichever still runs when the test ends is ended with it."""
    started: list[Sweeper] = []

    def start_one(name: str) -> Sweeper:
        command = [sys.executable, "-m", "tests.tasks.sweeping.sweeper", LAST_DAY.isoformat(), str(BATCH)]
        with (tmp_path / name).open("w") as out:
            process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=out, text=True)
        started.append(Sweeper(process, tmp_path / name))
        return started[-1]

    yield start_one
    for sweeper in started:
        sweeper.process.kill()
        sweeper.process.communicate()


def acted_on(office: Office) -> int:
    with office.database.read() as session:
        return session.exec(select(func.count()).select_from(ClockRung).where(ClockRung.fate == RungFate.ACTED)).one()


def wait_for(what: str, seen: Callable[[], object]) -> None:
    """Look again and again until something is so."""
    until = monotonic() + PATIENCE
    while not seen():
        assert monotonic() < until, f"waited in vain for {what}"
        sleep(0.002)


def kill_half_way(office: Office, victim: Sweeper) -> int:
    """Kill a sweep with SIGKILL once about half of the steps are recorded."""
    wait_for("half of the steps", lambda: acted_on(office) >= STEPS // 2 - BATCH)
    assert victim.process.poll() is None, "the victim ended before it could be killed"
    victim.process.send_signal(signal.SIGKILL)
    assert victim.process.wait(PATIENCE) == -signal.SIGKILL
    return acted_on(office)


def test_two_sweeps_and_one_that_is_killed_lose_nothing_and_repeat_nothing(
    office: Office, start: Callable[[str], Sweeper]
) -> None:
    for _ in range(STEPS // 2):
        office.register(as_of=MONDAY)
    letters_before = len(messages(office))
    victim, *survivors = [start(name) for name in ("victim", "first", "second")]
    wait_for("three sweepers", lambda: all(sweeper.words for sweeper in (victim, *survivors)))
    victim.begin()
    wait_for("the victim to be at work", lambda: victim.words[1:])
    for survivor in survivors:
        survivor.begin()
    at_the_kill = kill_half_way(office, victim)
    assert 0 < at_the_kill < STEPS
    for survivor in survivors:
        assert survivor.process.wait(PATIENCE) == 0
        assert survivor.words[-1] == "faults: []"
    assert (acted_on(office), len(messages(office)) - letters_before) == (STEPS, STEPS)
    check_each_step_once(office)
    check_the_record(office)
    assert sweep(office.database, as_of=LAST_DAY) == SweepReport()


def check_each_step_once(office: Office) -> None:
    """Each step has an event of its own in the case file, and each event one message."""
    with office.database.read() as session:
        taken = session.exec(select(ClockRung.clock_id, ClockRung.key)).all()
        warned = session.exec(select(CaseEvent).where(CaseEvent.event == Event.WARN)).all()
    told = Counter((event.petition_id, event.facts["clock"], event.facts["step"]) for event in warned)
    assert len(taken) == len(set(taken)) == STEPS + STEPS // 2 * 3
    assert (len(told), set(told.values())) == (STEPS, {1})
    sent = Counter((letter.petition_id, letter.event_seq) for letter in messages(office) if letter.clock_id)
    assert sent == Counter((event.petition_id, event.seq) for event in warned)


def check_the_record(office: Office) -> None:
    """The chains hold, and every petition's file has its registration and its two steps."""
    with office.database.read() as session:
        found = verify(session, vault())
        lengths = set(session.exec(select(Petition.last_seq)))
    assert (found.petitions, found.events, found.findings) == (STEPS // 2, STEPS // 2 + STEPS, ())
    assert lengths == {3}


def messages(office: Office) -> list[OutboxMessage]:
    with office.database.read() as session:
        return list(session.exec(select(OutboxMessage)))
