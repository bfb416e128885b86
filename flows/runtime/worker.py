"""The ``casework`` worker: keeps the flows imported and drives runs in threads of its own process.

A stock process worker starts two interpreters a step. This one keeps one interpreter, one engine client a
thread, and makes only those calls to the engine's API that move a run: pending, running, and what the flow
itself does. The same deployments run on a stock worker, only slower.
"""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

import anyio.abc
import prefect.flow_engine
from prefect.client.schemas.objects import FlowRun
from prefect.context import SyncClientContext
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow_sync
from prefect.flows import Flow
from prefect.workers.base import BaseJobConfiguration, BaseWorker, BaseWorkerResult

from flows.runtime.pump import Pump
from tasks.settings import settings


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
        """Open the worker's threads and start the pump that wakes runs whose case moved on."""
        await super().setup()
        _mute_observer()
        count = settings().worker_threads
        self._limiter = self._limiter or anyio.CapacityLimiter(count)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="casework", initializer=_open_client)
        self._flows: dict[Any, Flow[Any, Any]] = {}
        self._pump = Pump()
        self._pump.start()

    async def teardown(self, *exc_info: Any) -> None:
        """Let runs in hand come to their next wait, then leave."""
        self._pump.stop()
        await super().teardown(*exc_info)
        self._threads.shutdown(wait=True)

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """Take a run and drive it to its next wait or its end.

        Replaces the base class's way, which reads the deployment, resolves a job configuration, writes labels,
        a Submitting state and a process id, and emits two events: eight calls that tell nobody here anything.
        """
        try:
            if await self._propose_pending_state(flow_run):
                flow = await self._flow_of(flow_run)
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(self._threads, _drive, flow, flow_run)
        except Exception as error:
            self._logger.exception("run %s could not be driven", flow_run.name)
            await self._propose_crashed_state(flow_run, f"{type(error).__name__} in the casework worker")
        finally:
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)

    async def _flow_of(self, flow_run: FlowRun) -> Flow[Any, Any]:
        """Find the flow that a run's deployment names, once a deployment."""
        key = flow_run.deployment_id
        if key not in self._flows:
            if key is None:
                raise RuntimeError("a run without a deployment cannot be driven here")
            deployment = await self.client.read_deployment(key)
            self._flows[key] = load_flow(deployment.entrypoint or "")
        return self._flows[key]

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> CaseworkResult:
        """Drive one run; only used by ``worker.submit``, for the polled ones go through ``_submit_run``."""
        del configuration  # nothing of it is needed in this process
        if task_status:
            task_status.started(os.getpid())
        flow = await self._flow_of(flow_run)
        await asyncio.get_running_loop().run_in_executor(self._threads, _drive, flow, flow_run)
        return CaseworkResult(identifier=str(flow_run.id), status_code=0)


def load_flow(entrypoint: str) -> Flow[Any, Any]:
    """Import a flow by its module entrypoint, ``flows.petition:petition``."""
    module, _, name = entrypoint.replace(":", ".").rpartition(".")
    found = getattr(import_module(module), name)
    if not isinstance(found, Flow):
        raise RuntimeError(f"{entrypoint} is not a flow")
    return found


_client = threading.local()


def _open_client() -> None:
    """Open this thread's engine client once: making one a run costs more than the run's own work."""
    _client.context = SyncClientContext()
    _client.context.__enter__()


def _drive(flow: Flow[Any, Any], flow_run: FlowRun) -> None:
    """Enter a run; leaving it at a wait is no error, and faults are recorded by the engine itself."""
    try:
        run_flow_sync(flow, flow_run=flow_run, parameters=flow_run.parameters, return_type="state")
    except (Pause, Abort):
        return


def _mute_observer() -> None:
    """Do without the engine's suspension observer, a thread and a websocket a run.

    It waits for somebody else to suspend a run that works for months. Ours work for a tenth of a second, and
    wait in a state of their own.
    """

    def no_observer(*_args: Any, **_kwargs: Any) -> AbstractContextManager[None]:
        return nullcontext()

    prefect.flow_engine.observe_flow_run_suspension = no_observer  # type: ignore[attr-defined, assignment]
