"""The ``casework`` worker: keeps the flows imported and drives runs in threads of its own process.

A stock process worker starts two interpreters a step. This one keeps one interpreter and one engine client a
thread. The same deployments run on a stock worker, only slower.
"""

import asyncio
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any
from uuid import UUID

import anyio
import anyio.abc
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import SyncClientContext
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow
from prefect.states import Failed
from prefect.workers.base import BaseJobConfiguration, BaseWorker, BaseWorkerResult

from engine.patches.hook import Hook
from flows.runtime.repair.enrolment import OUR_FLOWS
from flows.runtime.worker.driver import drive
from flows.runtime.worker.due_runs import DueRuns
from flows.runtime.worker.no_watchers import NoWatchers
from flows.runtime.worker.pump import Pump
from flows.runtime.worker.wait_keys import WaitKeys
from flows.runtime.worker.worker_hooks import WorkerHooks
from flows.wall_time import now
from tasks.keeping.settings import settings

HOOKS: tuple[Hook, ...] = (WorkerHooks(), WaitKeys(), NoWatchers())
"""What is looked at before the worker starts."""

LONGEST_TAKE = 60.0
"""Seconds for which the worker goes on taking runs before the base class has its turn."""

AT_ONCE = 0.1
"""Seconds; an answer that brings nothing and comes sooner is not one that we were let wait for."""


class CaseworkResult(BaseWorkerResult):
    """What the worker reports of a run: the engine has recorded its state already."""


class CaseworkWorker(BaseWorker[BaseJobConfiguration, Any, CaseworkResult]):
    """Drives runs of our own flows in this process."""

    type = "casework"
    job_configuration = BaseJobConfiguration
    _display_name = "信访办 casework"
    _description = "Runs the petition flows in the worker's own process, several at once."
    _documentation_url = ""
    _logo_url = ""

    async def setup(self) -> None:
        """Open the worker's threads and start the pump that wakes runs whose case moved on.

        Raises ``PatchError`` when the installed engine is not the one that this worker was made for.
        """
        for hook in HOOKS:
            hook.check()
        NoWatchers().apply()
        await super().setup()
        self._count = settings().worker_threads
        self._threads = ThreadPoolExecutor(self._count, thread_name_prefix="casework", initializer=_open_client)
        self._in_hand: dict[UUID, UUID | None] = {}  # and the state in which each was seen
        self._lock = threading.Lock()
        self._due = DueRuns(self.client, self._work_pool_name)
        self._pump = Pump(self.drive_soon, self.in_hand)
        self._pump.start()

    async def teardown(self, *exc_info: Any) -> None:
        """Let runs in hand come to their next wait, then leave."""
        self._pump.stop()
        await super().teardown(*exc_info)
        self._threads.shutdown(wait=True)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take due runs as soon as there are any, as many as wait before the threads; asked again and again by the base class.

        Returns early, to be asked after its usual pause, when what is due cannot be taken, or when nobody let us wait.
        """
        taken: list[FlowRun] = []
        until = time.monotonic() + LONGEST_TAKE
        while time.monotonic() < until and await self._room_before(until):
            asked, seen = time.monotonic(), self._seen()
            found = await self._due.up_to(max(1, 3 * self._count - len(seen)), seen)
            random.shuffle(found)  # two workers that look at once should not meet at every run
            new = [run for run in found if self.drive_soon(run)]
            taken += new
            if not new and (found or time.monotonic() - asked < AT_ONCE):
                break
        return taken

    async def _room_before(self, until: float) -> bool:
        """Wait until no more runs are in hand than there are threads; says whether that came before an instant of this machine's uptime."""
        while (waiting := len(self._in_hand) > self._count) and time.monotonic() < until:
            self._last_polled_time = now()
            await anyio.sleep(0.02)
        self._last_polled_time = now()
        return not waiting

    def _seen(self) -> frozenset[UUID]:
        """The states in which the runs were seen that are in hand."""
        with self._lock:
            return frozenset(state for state in self._in_hand.values() if state is not None)

    def drive_soon(self, run: FlowRun) -> bool:
        """Queue a run for the next free thread; says whether it was not in hand already. Safe from any thread."""
        with self._lock:
            if run.id in self._in_hand:
                return False
            self._in_hand[run.id] = run.state_id or (run.state.id if run.state else None)
        self._threads.submit(self._drive, run)
        return True

    def in_hand(self) -> frozenset[UUID]:
        """The runs that are queued or being driven here. Safe from any thread."""
        with self._lock:
            return frozenset(self._in_hand)

    def _drive(self, run: FlowRun) -> None:
        try:
            drive(_client.client, flow_of(_client.client, run), run)
        except NotOursError as foreign:
            # It would be told as due again and again, before all others: ended, for whoever looks at failed runs.
            self._logger.error("run %s is not driven here: %s", run.id, foreign)
            _client.client.set_flow_run_state(run.id, Failed(message=str(foreign)), force=True)
        except Exception:
            self._logger.exception("run %s could not be driven", run.name)
        finally:
            with self._lock:
                self._in_hand.pop(run.id, None)

    async def run(
        self, flow_run: FlowRun, configuration: BaseJobConfiguration, task_status: anyio.abc.TaskStatus[int] | None = None
    ) -> CaseworkResult:
        """Drive one run; only used by ``worker.submit``, for the polled ones go through ``drive_soon``."""
        del configuration  # nothing of it is needed in this process
        if task_status:
            task_status.started(os.getpid())
        await asyncio.get_running_loop().run_in_executor(self._threads, self._drive, flow_run)
        return CaseworkResult(identifier=str(flow_run.id), status_code=0)


_flows: dict[UUID, Flow[Any, Any]] = {}


def flow_of(client: SyncPrefectClient, run: FlowRun) -> Flow[Any, Any]:
    """Find the flow that a run's deployment names; asked once a deployment. Raises ``NotOursError`` when it is none of ours."""
    if run.deployment_id is None:
        raise NotOursError("a run without a deployment")
    if run.deployment_id not in _flows:
        try:
            deployment = client.read_deployment(run.deployment_id)
        except ObjectNotFound:
            raise NotOursError("its deployment is gone") from None
        _flows[run.deployment_id] = load_flow(deployment.entrypoint or "")
    return _flows[run.deployment_id]


def load_flow(entrypoint: str) -> Flow[Any, Any]:
    """Import one of the office's flows by its module entrypoint, ``flows.petition:petition``.

    Raises ``NotOursError`` for any other: whoever can write a deployment must not choose what is imported here.
    """
    if entrypoint not in OUR_FLOWS:
        raise NotOursError("its deployment names no flow of the office's")
    module, _, name = entrypoint.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, Flow):
        raise NotOursError(f"{entrypoint} is not a flow")
    return found


class NotOursError(RuntimeError):
    """A run that no worker of the office's can drive, now or later."""


class _Client(threading.local):
    client: SyncPrefectClient
    context: SyncClientContext


_client = _Client()


def _open_client() -> None:
    """Open this thread's engine client once: making one a run costs more than the run's own work."""
    _client.context = SyncClientContext()
    _client.client = _client.context.__enter__().client
