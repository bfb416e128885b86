"""The same step on DBOS: a library that keeps the state of workflows in PostgreSQL and needs no server."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle

from dbos import DBOSClient
from sqlalchemy import create_engine, text

from models.vocabulary.case import Step
from tasks.keeping.database import Database
from trials.bench.dbos_worker import READY
from trials.bench.papers import SCREENED, register_papers
from trials.bench.processes import PATIENCE, cpu_of
from trials.bench.rounds import Round, Sizes
from trials.bench.settling import settle
from trials.harness.databases import address, fresh

NOT_DONE = """\
DBOS does not: run a server with pages, accounts and a list of runs; ask for a form, write its schema and the case's description
before it waits, or read the answer back from a page; let go of the process while it waits (each wait is a thread, and ends with
its process until another recovers it); announce states as events; compare runs with cases. Answers come in by SQL, not by HTTP.
Ours does not: keep each step's result beside the run, or take a step of the next petition without asking its server for it."""


@dataclass
class Workflows:
    """Processes of DBOS, and the client that sends them answers."""

    processes: Sequence["subprocess.Popen[str]"]
    client: DBOSClient
    database: Database
    system: str
    papers: int = 0

    def begin(self, count: int) -> list[str]:
        """Register petitions, start their workflows turn by turn in each process, and wait until all wait for screening."""
        numbers = register_papers(self.database, range(self.papers, self.papers + count))
        self.papers += count
        for number, process in zip(numbers, cycle(self.processes), strict=False):
            assert process.stdin is not None
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
        self.until_waiting(Step.SCREEN, self.papers)
        return numbers

    def until_waiting(self, step: Step, count: int) -> None:
        """Wait until so many workflows have come to their wait at a step."""
        began = time.perf_counter()
        engine = create_engine(self.system)
        counted = text("SELECT count(*) FROM dbos.workflow_events WHERE key = :step")
        with engine.connect() as connection:
            while (there := connection.execute(counted, {"step": step.value}).scalar_one()) < count:
                if time.perf_counter() - began > PATIENCE:
                    raise SystemExit(f"only {there} of {count} workflows came to {step.value}")
                connection.rollback()
                time.sleep(0.1)
        engine.dispose()

    def cpu(self) -> float:
        """Seconds of processor time that the processes have used so far."""
        return sum(cpu_of(process.pid) for process in self.processes)


def measure(sizes: Sizes, *, processes: int) -> Round:
    """One round on DBOS with so many processes."""
    with workflows(processes) as office:
        numbers = office.begin(sizes.steps)
        settle(office.database.url, office.system)
        spent, began = office.cpu(), time.perf_counter()
        for number in numbers:
            office.client.send(number, SCREENED)
        office.until_waiting(Step.PROPOSE, len(numbers))
        seconds = time.perf_counter() - began
        cpu = {"processes": round((office.cpu() - spent) / len(numbers) * 1000)}
        return Round(steps=len(numbers), seconds=seconds, cpu_ms_per_step=cpu, waits={"message": waits(office, sizes.decisions)})


def waits(office: Workflows, count: int) -> list[float]:
    """Answer one workflow after the other while nothing else goes on; returns the seconds until its next wait can be seen."""
    found = []
    for number in (office.begin(1)[0] for _ in range(count)):
        time.sleep(0.37)
        began = time.perf_counter()
        office.client.send(number, SCREENED)
        if not office.client.get_event(number, Step.PROPOSE.value, timeout_seconds=PATIENCE):
            raise SystemExit(f"{number} did not come to its next wait")
        found.append(time.perf_counter() - began)
    return found


@contextmanager
def workflows(processes: int) -> Iterator[Workflows]:
    """Start DBOS on databases of its own and take it down afterwards."""
    with fresh("postgresql") as casework, address("postgresql") as system, ExitStack() as until_the_end:
        running = []
        for number in range(processes):
            command = [sys.executable, "-m", "trials.bench.dbos_worker", system, f"bench-{number}"]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            until_the_end.callback(_end, process)
            if process.stdout is None or process.stdout.readline().strip() != READY:
                raise SystemExit("DBOS did not start")
            running.append(process)
        client = DBOSClient(system_database_url=system, use_listen_notify=True)
        until_the_end.callback(client.destroy)
        yield Workflows(running, client, casework, system)


def _end(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.communicate()
