"""A form answered in the instant in which its deadline fires: below the engine many times, through it a few times."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from threading import Thread

from models.case_event import CaseEvent
from models.clock import Clock
from models.outbox_message import OutboxMessage
from models.vocabulary.case import Event, Step
from models.vocabulary.papers import MessageState
from tasks.keeping.schema import ROOT
from tasks.keeping.vault import vault
from tasks.record.verifying import verify
from trials.faults.disturbed_stack import Standing
from trials.faults.life import life
from trials.faults.office import LostError, until
from trials.faults.result import Result
from trials.harness.databases import fresh
from trials.harness.office import Office

RACES = 50
DELAYS = (0.0, 0.005, 0.01, 0.02, 0.03)
"""By how much one of the two starts later, in turns, so that now the one and now the other is first."""

TEN_DAYS = 10 * 86400.0
LADDER = (Event.WARN, Event.MISS, Event.URGE)
FAULT = "answered as the deadline fires"


def races(kind: str, *, count: int = RACES) -> Iterator[Result]:
    """Race answers against sweeps in two processes; one petition after the other, each at the instant of its limit."""
    result = Result(fault=FAULT, where=f"{count} races below the engine, {kind}")
    with fresh(kind) as casework, ExitStack() as held:
        office = Office(casework)
        runners = {role: held.enter_context(_runner(role)) for role in ("answer", "deadline")}
        for runner in runners.values():
            _hear(runner)
        first: Counter[str] = Counter()
        for index in range(count):
            number, due = _at_its_limit(office)
            answered, swept = _delays(index)
            _tell(runners["answer"], due, answered, f"{number}/1")
            _tell(runners["deadline"], due, swept, f"{number}/1")
            said = [_hear(runner) for runner in runners.values()]
            result.problems += [f"{number}: {words}" for words in said if words != "done"]
            first[_who_won(office, number, result)] += 1
        with casework.read() as session:
            result.problems += [f"verify: {finding.problem}" for finding in verify(session, vault()).findings]
        for runner in runners.values():
            runner.communicate()
    result.note = ", ".join(f"{who} first {times}" for who, times in first.most_common())
    yield result


def _delays(index: int) -> tuple[float, float]:
    delay = DELAYS[index // 2 % len(DELAYS)]
    return (delay, 0.0) if index % 2 else (0.0, delay)


def _runner(role: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "trials.faults.racer", role]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _tell(runner: "subprocess.Popen[str]", instant: datetime, delay: float, subject: str) -> None:
    assert runner.stdin is not None
    runner.stdin.write(f"{instant.isoformat()} {delay} {subject}\n")
    runner.stdin.flush()


def _hear(runner: "subprocess.Popen[str]") -> str:
    assert runner.stdout is not None
    return runner.stdout.readline().strip()


def _at_its_limit(office: Office) -> tuple[str, datetime]:
    """Bring a petition to a unit that has to sign in; returns the instant from which on the limit's next rung is due."""
    number = office.assigned()
    clock = office.clocks(number)["sign_in"]
    assert clock.next_rung_at is not None
    return number, clock.next_rung_at


def _who_won(office: Office, number: str, result: Result) -> str:
    """Say who was first, and put into the result whatever is not as it would be if the other had come later."""
    events = office.events(number)
    signed = [event.seq for event in events if event.event is Event.SIGN_IN]
    clock = office.clocks(number)["sign_in"]
    fired = _fired(events, clock)
    if len(signed) != 1:
        result.problems.append(f"{number}: signed in {len(signed)} times")
        return "nobody"
    if twice := [rung for rung, times in Counter(rung for _, rung in fired).items() if times > 1]:
        result.problems.append(f"{number}: {twice} twice")
    if late := [rung for seq, rung in fired if seq > signed[0]]:
        result.problems.append(f"{number}: {late} after the answer")
    waiting = _letters_of(office.letters(number), clock)
    if waiting:
        result.problems.append(f"{number}: {waiting} messages wait for a limit that has ended")
    return "the deadline" if fired else "the answer"


def _fired(events: list[CaseEvent], clock: Clock) -> list[tuple[int, str]]:
    ours = [event for event in events if event.event in LADDER and event.facts.get("clock") == clock.number]
    return [(event.seq, str(event.facts["step"])) for event in ours]


def _letters_of(letters: list[OutboxMessage], clock: Clock) -> int:
    return sum(letter.clock_id == clock.id and letter.state is MessageState.QUEUED for letter in letters)


def through_the_engine(there: Standing, *, count: int = 3) -> Iterator[Result]:
    """Resume a unit's run while a sweep with a clock ten days ahead acts on its limit; these petitions stay open."""
    office = there.office
    for _ in range(count):
        number = office.number_of(office.submit())
        approved = life("", units=1)[:3]
        result = Result(fault=FAULT, where=f"{number} through the engine")
        try:
            for turn in approved:
                office.after_turn(number, turn, office.answer_turn(number, turn))
            result.seconds = _race(there, number)
        except LostError as lost:
            result.problems.append(str(lost))
        finally:
            there.orders.set_clock(0.0)
        result.note = f"{_who_won(office.office, number, result)} first"
        yield result


def _race(there: Standing, number: str) -> float:
    office = there.office
    run, mark = office.at_rest(f"{number}/1", Step.SIGN_IN)
    there.orders.set_clock(TEN_DAYS)
    sweep = Thread(target=_sweep, args=(there,))
    began = time.monotonic()
    sweep.start()
    office.press(run.id, mark, {"officer": "L-SZJ", "choice": "签收"})
    sweep.join()
    office.at_rest(f"{number}/1", Step.REPORT, after_round=mark.round)
    return time.monotonic() - began


def _sweep(there: Standing) -> None:
    client = there.office.client
    run = client.create_flow_run_from_deployment(client.read_deployment_by_name("deadlines/deadlines").id)

    def over() -> bool:
        state = client.read_flow_run(run.id).state
        return state is not None and state.is_final()

    until(over, "the sweep")
