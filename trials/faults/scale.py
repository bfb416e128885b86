"""``python -m trials.faults.scale``: the topology of deploy/compose.yaml as processes; petitions through it while parts die."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from redis import Redis

from desk.demo.driver import _free_port as free_port
from desk.stack.engine import engine_client
from desk.stack.supervisor import StackError
from tasks.keeping.database import database
from trials.faults.check import Findings, Story, check, story
from trials.faults.crowd_walk import CLERKS, EVERY, Walk, walk
from trials.faults.disturbed_stack import USUAL, databases, environment, give_addresses, load
from trials.faults.office import FaultOffice
from trials.faults.table import say
from trials.faults.topology import HERE, Topology, listens
from trials.harness.databases import kinds
from trials.harness.mailbox import Mailbox, mailbox
from trials.harness.office import Office

DEATHS = {"worker-1": 1 / 3, "api-1": 2 / 3}
"""Which services are killed, after which share of the petitions."""

MACHINES_REDIS = f"{HERE}:6379"
OWN = {
    "XINFANG_OUTBOX_LEASE": "PT20S",
    "XINFANG_STUCK_AFTER": "PT20S",
    "XINFANG_NUDGE_POLL": "PT0.5S",
    "XINFANG_WORKER_POLL": "PT1S",
}


@contextmanager
def scaled(workers: int, redis_db: int | None) -> Iterator[tuple[Topology, FaultOffice, Mailbox]]:
    """Start the topology on databases of its own, on two numbered databases of this machine's Redis or on one of its own; nothing is left of it."""
    with ExitStack() as held:
        home = Path(held.enter_context(TemporaryDirectory(prefix="xinfang-scale-")))
        mails = held.enter_context(mailbox())
        port = free_port()
        own = (
            USUAL
            | OWN
            | {
                "XINFANG_HOME": str(home),
                "XINFANG_PREFECT_PORT": str(port),
                "XINFANG_MAIL_CHANNEL": mails.address,
                "XINFANG_OFFICE_CHANNEL": f"{mails.address}&to=office@example.com",
            }
        )
        held.enter_context(environment(own | held.enter_context(databases("postgresql"))))
        redis = MACHINES_REDIS
        if redis_db is None:
            redis = f"{HERE}:{free_port()}"
        else:
            held.enter_context(_empty_redis(redis_db))
        held.callback(lambda: database().engine.dispose())
        place = Topology(lambda line: say(f"  {line}"), home=home, redis=redis, redis_db=redis_db or 0, balancer_port=port)
        held.enter_context(place)
        say("starting two API servers, one services process, a balancer and the workers")
        try:
            place.start(workers=workers, own_redis=redis_db is None)
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
    redis_db: Annotated[int, typer.Option(help="The first of two numbered databases of this machine's Redis, both empty")] = 12,
    own_redis: Annotated[bool, typer.Option("--own-redis", help="Start a Redis of its own and kill it, too")] = False,
    redis_away: Annotated[float, typer.Option(help="Seconds for which the Redis of its own stays away", max=60)] = 0,
) -> None:
    """Walk petitions through the scaled-out office, kill a worker and an API server, print what became of it."""
    if redis_away and not own_redis:
        raise typer.BadParameter("--redis-away needs --own-redis: this machine's Redis is never killed")
    if "postgresql" not in kinds() or not (own_redis or listens(HERE, 6379)):
        say("needs PostgreSQL and Redis on this machine; nothing was tested")
        raise SystemExit(2)
    with scaled(workers, None if own_redis else redis_db) as (place, office, mails):
        began = time.monotonic()
        walking = Walk(petitions)
        say(
            f"{petitions} petitions, {CLERKS} at a time; every {EVERY}th by forms alone, of the others screening and delivery by form"
        )
        walk(office, place, walking, DEATHS | ({"redis": 1 / 2} if own_redis else {}), away={"redis": redis_away})
        seconds = time.monotonic() - began
        found = at_the_end(office, mails, walking)
        shares = {child: place.counted(child) for child in (f"worker-{number}" for number in range(1, workers + 1))}
    _tell(walking, found, seconds, shares)
    idle = [name for name, count in shares.items() if not count]
    raise SystemExit(bool(found.problems or idle or len(walking.killed) < len(DEATHS)))


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
