"""``python -m faults.scale``: the topology of deploy/compose.yaml as processes; petitions through it while parts die.

Every fifth petition is answered through its forms alone; of the others the forms bring the screening and the
delivery, and the desk decides the rest, several steps at a time, as a busy office does.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from redis import Redis

from bench.databases import kinds
from desk.clock import now
from desk.demo.driver import _free_port as free_port
from desk.engine import engine_client
from desk.supervisor import StackError
from faults.check import Findings, Story, check, story
from faults.life import Turn, life
from faults.office import FaultOffice, LostError, until
from faults.standing import USUAL, databases, environment, give_addresses, load
from faults.table import say
from faults.topology import Topology, listens
from models.vocabulary import Step
from tasks.bookmarks import refusal_of
from tasks.database import database
from tests.notifications.mailbox import Mailbox, mailbox
from tests.office import Office

BY_FORM = (Step.SCREEN, Step.DELIVER)
EVERY = 5
"""Every fifth petition is answered through its forms alone."""

CLERKS = 8
"""Petitions that are walked at the same time."""

OWN = {"XINFANG_OUTBOX_LEASE": "PT20S", "XINFANG_STUCK_AFTER": "PT20S", "XINFANG_NUDGE_POLL": "PT0.5S", "XINFANG_WORKER_POLL": "PT1S"}


@dataclass
class Walk:
    """How far the petitions have come, and what was killed on the way."""

    petitions: int
    steps: Counter[str] = field(default_factory=Counter)
    numbers: list[str] = field(default_factory=list)
    ended: int = 0
    lost: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, way: str) -> None:
        """Count a step by the way it was taken."""
        with self.lock:
            self.steps[way] += 1


@contextmanager
def scaled(workers: int, redis_db: int) -> Iterator[tuple[Topology, FaultOffice, Mailbox]]:
    """Start the topology on databases of its own, on two numbered Redis databases; nothing is left of it."""
    with ExitStack() as held:
        home = Path(held.enter_context(TemporaryDirectory(prefix="xinfang-scale-")))
        mails = held.enter_context(mailbox())
        port = free_port()
        own = USUAL | OWN | {
            "XINFANG_HOME": str(home), "XINFANG_PREFECT_PORT": str(port), "XINFANG_MAIL_CHANNEL": mails.address,
            "XINFANG_OFFICE_CHANNEL": f"{mails.address}&to=office@example.com",
        }  # fmt: skip
        held.enter_context(environment(own | held.enter_context(databases("postgresql"))))
        held.enter_context(_empty_redis(redis_db))
        held.callback(lambda: database().engine.dispose())
        place = Topology(lambda line: say(f"  {line}"), home=home, redis="127.0.0.1:6379", redis_db=redis_db, balancer_port=port)
        held.enter_context(place)
        say("starting two API servers, one services process, a balancer and the workers")
        try:
            place.start(workers=workers)
        except StackError:
            say(place.tails())
            raise
        load()
        give_addresses()
        watcher = threading.Thread(target=place.watch, name="supervisor", daemon=True)
        watcher.start()
        held.callback(place.leave)
        client = held.enter_context(engine_client())
        yield place, FaultOffice(client=client, stack=place, office=Office(database())), mails  # type: ignore[arg-type]


@contextmanager
def _empty_redis(number: int) -> Iterator[None]:
    """Two empty numbered databases; refuses those that hold somebody else's keys."""
    clients = [Redis(db=number + more) for more in (0, 1)]
    for client in clients:
        if client.dbsize():
            raise StackError(f"Redis 的 {number}、{number + 1} 号库不是空的，请用 --redis-db 换一个")
    try:
        yield
    finally:
        for client in clients:
            client.flushdb()
            client.close()


def walk(office: FaultOffice, place: Topology, walking: Walk) -> None:
    """Walk all petitions; one worker is killed after a third of them, one API server after two thirds."""
    with ThreadPoolExecutor(CLERKS) as clerks:
        petitions = [clerks.submit(_walk_one, office, index, walking) for index in range(walking.petitions)]
        for share, name in ((1, "worker-1"), (2, "api-1")):
            while walking.ended < walking.petitions * share / 3 and not all(one.done() for one in petitions):
                time.sleep(0.2)
            os.kill(place.child(name).pid, signal.SIGKILL)
            walking.killed.append(name)
            say(f"  {name} killed after {walking.ended} petitions")
        for one in petitions:
            one.result()


def _walk_one(shared: FaultOffice, index: int, walking: Walk) -> None:
    # A client of its own: threads that share one would each ask for a token against forgery and undo the others'.
    with engine_client() as client:
        _walk_with(FaultOffice(client=client, stack=shared.stack, office=shared.office), index, walking)


def _walk_with(office: FaultOffice, index: int, walking: Walk) -> None:
    number = f"petition {index}"
    try:
        number = office.number_of(office.submit())
        walking.note("register")
        with walking.lock:
            walking.numbers.append(number)
        for turn in life(now().date().isoformat(), units=1):
            walking.note(_take(office, number, turn, by_form=index % EVERY == 0 or turn.step in BY_FORM))
        office.at_rest(number, None)
    except LostError as lost:
        with walking.lock:
            walking.lost.append(f"{number}: {lost}{_refused(office, number)}")
    with walking.lock:
        walking.ended += 1


def _refused(office: FaultOffice, number: str) -> str:
    """Why the last answer was not taken, if that is why a petition does not go on."""
    mark = office.office.bookmark(number)
    reason = refusal_of(mark) if mark else None
    return f", refused: {reason}" if reason else ""


def _take(office: FaultOffice, number: str, turn: Turn, *, by_form: bool) -> str:
    if by_form:
        office.answer_turn(number, turn)
        return "form"
    until(lambda: office.office.waits_at(turn.subject(number)) is turn.step, f"{turn.subject(number)} at {turn.step.value}")
    if turn.step is Step.ARCHIVE:
        until(lambda: not office.letters_on_their_way(number), f"the letters of {number}")
    office.decide_turn(number, turn, as_of=now())
    return "desk"


def at_the_end(office: FaultOffice, mails: Mailbox, walking: Walk) -> Findings:
    """Check the record, the letters and the engine, once the last letter has left and the last run has ended."""
    with office.office.database.read() as session:
        stories = [story(session, number) for number in walking.numbers]
    # All lead the same life: what most of them have in their files is held against each.
    like: Story = Counter(dict(Counter(frozenset(told.items()) for told in stories).most_common(1)[0][0]))
    found = check(office.office.database, office.client, mails, walking.numbers, like)
    found.problems = walking.lost + found.problems
    return found


def main(
    petitions: Annotated[int, typer.Option(help="How many petitions are walked through", min=3)] = 300,
    workers: Annotated[int, typer.Option(help="How many casework workers", min=2)] = 2,
    redis_db: Annotated[int, typer.Option(help="The first of two numbered Redis databases, both empty")] = 12,
) -> None:
    """Walk petitions through the scaled-out office, kill a worker and an API server, print what became of it."""
    if "postgresql" not in kinds() or not listens("127.0.0.1", 6379):
        say("needs PostgreSQL and Redis on this machine; nothing was tested")
        raise SystemExit(2)
    with scaled(workers, redis_db) as (place, office, mails):
        began = time.monotonic()
        walking = Walk(petitions)
        say(f"{petitions} petitions, {CLERKS} at a time; every {EVERY}th by forms alone, of the others screening and delivery by form")
        walk(office, place, walking)
        seconds = time.monotonic() - began
        found = at_the_end(office, mails, walking)
        shares = {child: place.counted(child) for child in (f"worker-{number}" for number in range(1, workers + 1))}
    _tell(walking, found, seconds, shares)
    idle = [name for name, count in shares.items() if not count]
    raise SystemExit(bool(found.problems or idle or len(walking.killed) < 2))


def _tell(walking: Walk, found: Findings, seconds: float, shares: dict[str, int]) -> None:
    steps = sum(walking.steps.values())
    by = ", ".join(f"{count} by {way}" for way, count in sorted(walking.steps.items()))
    for problem in found.problems[:40]:
        say(f"  {problem}")
    say(f"killed on the way: {', '.join(walking.killed)}")
    say(f"petitions {len(walking.numbers)}, steps {steps} ({by}), {seconds:.0f} s, {steps / seconds:.1f} steps/s")
    say(f"runs driven: {', '.join(f'{name} {count}' for name, count in shares.items())}")
    say(f"letters {found.letters}, arrived again under their key {found.repeated}")
    say(f"duplicates {found.twice}, lost {found.lost + len(walking.lost)}, problems {len(found.problems)}")


if __name__ == "__main__":
    typer.run(main)
