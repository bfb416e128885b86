"""A real stack for benchmarks: server, worker and databases of its own, and petitions that wait at a form."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from sqlmodel import col, func, select

from desk.stack.engine import engine_client
from desk.stack.whole import Stack
from flows.runtime.repair.runs import forget_deployments, nudge_behind
from models.bookmark import Bookmark
from models.vocabulary.case import Step
from tasks.keeping.database import Database, database
from tasks.keeping.home import forget_home
from tasks.keeping.schema import ROOT
from trials.bench.papers import SCREENED, decide_step, register_papers
from trials.bench.processes import PATIENCE, cpu_of, memory_mb_of
from trials.harness.databases import address


@dataclass
class Engine:
    """A running stack and the process's client to it."""

    stack: Stack
    client: SyncPrefectClient
    database: Database
    stock: bool = False
    papers: int = field(default=0)
    kept: int = field(default=0)
    """Petitions that wait at the first form beside those that are measured."""

    def register(self, count: int) -> list[str]:
        """Put invented petitions on file, ready to be screened; their runs are started by whoever looks after that."""
        first, self.papers = self.papers + 1, self.papers + count
        return register_papers(self.database, range(first, first + count))

    def decide_at_the_desk(self, number: str, step: Step = Step.SCREEN, answer: dict[str, str] | None = None) -> datetime:
        """Decide a step as the command line does; returns when."""
        return decide_step(self.database, number, step, answer or SCREENED)

    def answer_form(self, run_id: str) -> None:
        """Answer the form at which a run waits, as the page does."""
        self.client.resume_flow_run(UUID(run_id), run_input=SCREENED)

    def waiting_at(self, step: Step) -> int:
        """Count the runs that have come to their wait at a step."""
        with self.database.read() as session:
            return session.exec(select(func.count()).select_from(Bookmark).where(Bookmark.step == step)).one()

    def runs_at(self, step: Step) -> dict[str, str]:
        """Name the runs that wait at a step, by petition."""
        with self.database.read() as session:
            found = session.exec(select(Bookmark).where(Bookmark.step == step, col(Bookmark.run_id).is_not(None)))
            return {mark.subject: str(mark.run_id) for mark in found}

    def until_waiting(self, step: Step, count: int, *, nudging: bool = False) -> float:
        """Wait until so many runs wait at a step and the engine shows it; returns the seconds that took."""
        began = time.perf_counter()
        while self.waiting_at(step) < count or self.shown_at(step) < count:
            if time.perf_counter() - began > PATIENCE:
                raise SystemExit(f"only {self.waiting_at(step)} of {count} petitions came to {step.value}; see the worker's log")
            if nudging:
                nudge_behind(self.client)
            time.sleep(0.1)
        return time.perf_counter() - began

    def runs_waiting(self, numbers: set[str], step: Step) -> list[str]:
        """Wait until these petitions' runs wait at a step and the engine shows it; returns their runs.

        Under a stock worker a run may have been woken once too often, and is on its way back to its wait for seconds.
        """
        began = time.perf_counter()
        while time.perf_counter() - began < PATIENCE:
            self.until_waiting(step, self.kept + len(numbers), nudging=self.stock)
            runs = [run for number, run in self.runs_at(step).items() if number in numbers]
            if len(runs) == len(numbers):
                return runs
            time.sleep(0.1)
        raise SystemExit(f"not all of {len(numbers)} petitions came to {step.value}; see the worker's log")

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time that each part of the stack has used so far (what it started and lost not included)."""
        return {child.name: cpu_of(child.pid) for child in self.stack._children}

    def worker_memory_mb(self) -> int:
        """What the worker holds in memory now."""
        return memory_mb_of(self.stack.child("worker").pid)

    def resume_schedules(self) -> None:
        """Let the sweeps run again."""
        for deployment in self.client.read_deployments():
            if deployment.schedules:
                self.client.resume_deployment(deployment.id)

    def shown_at(self, step: Step) -> int:
        """Count the runs that the engine shows in a step's state."""
        wanted = {"flow_runs": {"state": {"name": {"any_": [step.label]}, "type": {"any_": ["PAUSED"]}}}}
        return int(self.client.request("POST", "/flow_runs/count", json=wanted).json())


@contextmanager
def engine(
    kind: str, *, worker_type: str = "casework", quiet: bool = True, kind_of_stack: type[Stack] = Stack
) -> Iterator[Engine]:
    """Start a stack with databases of its own and take it down afterwards."""
    with TemporaryDirectory(prefix="xinfang-bench-") as home, address(kind) as casework, address(kind) as prefect:
        os.environ |= {
            "XINFANG_HOME": home,
            "XINFANG_DATABASE_URL": casework,
            "XINFANG_PREFECT_PORT": str(_free_port()),
            "XINFANG_PREFECT_DATABASE_URL": prefect.replace("psycopg", "asyncpg"),
            "XINFANG_ENGINE_WATCH": "PT0S",  # sweeps are switched off on purpose while steps are measured
        }
        _forget()
        with kind_of_stack(lambda _line: None, worker_type=worker_type) as stack:
            stack.start(roster=Path(ROOT) / "desk" / "demo" / "roster.toml")
            with engine_client() as client:
                if quiet:
                    _pause_schedules(client)
                yield Engine(stack=stack, client=client, database=database(), stock=worker_type != "casework")
        database().engine.dispose()
    _forget()


def _pause_schedules(client: SyncPrefectClient) -> None:
    """Keep sweeps out of a measurement of steps; what they cost is measured by itself."""
    for deployment in client.read_deployments():
        if deployment.schedules:
            client.pause_deployment(deployment.id)


def _forget() -> None:
    forget_home()
    forget_deployments()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
