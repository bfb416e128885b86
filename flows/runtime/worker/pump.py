"""The pump: wakes runs whose case moved on without them, and starts the outbox when letters wait."""

import logging
import threading
import time
from collections.abc import Callable, Set
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun

from flows.runtime.repair.enrolment import Enrolment
from flows.runtime.repair.repair import repair_stuck
from flows.runtime.repair.report import Report
from flows.runtime.repair.runs import deployment_id, nudge_behind
from flows.wall_time import now
from tasks.keeping.database import database
from tasks.keeping.settings import settings
from tasks.letters.outbox import anything_due

OUTBOX = "outbox/outbox"
RECONCILE = "reconcile/reconcile"
LONGEST_PAUSE = 8.0
LETTERS_PAUSE = 1.0
"""Seconds between two looks for letters: nobody waits at a screen for them."""

OUTBOX_PAUSE = 5.0
"""Seconds between two outbox runs that the pump starts: letters of one moment leave together."""


class Pump(threading.Thread):
    """Looks at two partial indexes a few times a second; works only when one of them is not empty."""

    def __init__(self, drive_soon: Callable[[FlowRun], bool], in_hand: Callable[[], Set[UUID]]) -> None:
        """Take the worker's way of driving a run at once, and what it has in hand; the thread ends with the process."""
        super().__init__(name="pump", daemon=True)
        self._drive_soon, self._in_hand = drive_soon, in_hand
        self._stopped = threading.Event()
        self._log = logging.getLogger("prefect.casework.pump")
        self._usual = settings().nudge_poll.total_seconds()
        self._letters_at = 0.0
        self._repair_due = settings().sole_worker
        self._left_behind = now()
        self._enrolment = Enrolment(settings().work_pool)
        self._enrolment_at = time.monotonic() + settings().engine_watch.total_seconds()

    def stop(self) -> None:
        """Ask the thread to end after its present look."""
        self._stopped.set()

    def run(self) -> None:
        """Look again and again; after a fault wait longer each time, up to eight seconds; when it is over, have everything compared."""
        pause = self._usual
        with get_client(sync_client=True) as client:
            while not self._stopped.wait(pause):
                pause = self._look_safely(client, pause)

    def _look_safely(self, client: SyncPrefectClient, pause: float) -> float:
        """Look once; says how long to wait before the next look."""
        looked_at = now()
        try:
            self._look(client)
        except Exception as fault:  # a server that restarts must not end the pump
            if not self._repair_due:
                self._repair_due, self._left_behind = True, looked_at
            pause = min(pause * 2, LONGEST_PAUSE)
            self._log.warning("the pump will look again in %.1f s after %s", pause, type(fault).__name__)
            return pause
        return self._usual

    def _look(self, client: SyncPrefectClient) -> None:
        self._look_at_the_engine(client)
        nudge_behind(client, drive_soon=self._drive_soon)
        if self._repair_due:
            self._repair(client)
        if time.monotonic() >= self._letters_at:
            self._letters_at = time.monotonic() + LETTERS_PAUSE
            if letters_wait():
                start_outbox(client)
                self._letters_at = time.monotonic() + OUTBOX_PAUSE

    def _look_at_the_engine(self, client: SyncPrefectClient) -> None:
        """See that the engine is still set up as the office needs it; runs whose deployment was replaced are compared at once."""
        every = settings().engine_watch.total_seconds()
        if not every or time.monotonic() < self._enrolment_at:
            return
        self._enrolment_at = time.monotonic() + every
        if self._enrolment.look(client):
            client.create_flow_run_from_deployment(deployment_id(client, RECONCILE), parameters={"thorough": True}, tags=["后台"])

    def _repair(self, client: SyncPrefectClient) -> None:
        """Have everything compared at once: this worker has just started, or the server or a database is back."""
        if settings().sole_worker:
            # What was under way before and is in nobody's hands belonged to a predecessor, or could not be left while the server was away.
            before, spared = self._left_behind, self._in_hand()
            repair_stuck(client, cases_before=before, background_before=before, report=Report(), spared=spared)
        client.create_flow_run_from_deployment(deployment_id(client, RECONCILE), parameters={"thorough": True}, tags=["后台"])
        self._repair_due = False


def letters_wait() -> bool:
    """Say whether letters are due: one look at an index."""
    with database().read() as session:
        return anything_due(session, as_of=now())


def start_outbox(client: SyncPrefectClient) -> None:
    """Start an outbox run unless one is on its way.

    One that has been under way for long may have lost its worker, and letters must not wait until that is found: two
    outbox runs side by side do no harm, for no two take the same letter.
    """
    open_runs: dict[str, Any] = {"state": {"type": {"any_": ["SCHEDULED", "PENDING", "RUNNING"]}}}
    outbox = deployment_id(client, OUTBOX)
    chosen = FlowRunFilter.model_validate(open_runs | {"deployment_id": {"any_": [outbox]}})
    active = [run for run in client.read_flow_runs(flow_run_filter=chosen, limit=5) if _at_work(run)]
    if not active:
        client.create_flow_run_from_deployment(outbox, name=f"outbox {now():%H:%M:%S}", tags=["函件"])


def _at_work(run: FlowRun) -> bool:
    if run.state is None:
        return False
    if run.state.is_scheduled():
        return run.expected_start_time is None or run.expected_start_time <= now()
    return run.state.timestamp > now() - settings().stuck_after
