"""What our worker and our driver use of the engine's own (ADR 0008)."""

from collections.abc import Iterable

from prefect.client.orchestration import PrefectClient
from prefect.flow_engine import run_flow_sync
from prefect.workers.base import BaseWorker

from engine.patches.hook import Hook, accepts, mentions, takes


class WorkerHooks(Hook):
    """The places of the base worker that ours takes, and the calls by which runs are fetched and driven."""

    name = "worker_hooks"
    why = (
        "A stock process worker starts two interpreters a step; ours takes due runs by itself and drives them in its own threads."
    )
    needs = (
        "prefect.workers.base:BaseWorker.get_and_submit_flow_runs",
        "prefect.workers.base:BaseWorker.start",
        "prefect.client.schemas.responses:WorkerFlowRunResponse.model_validate_list",
        "prefect.context:SyncClientContext",
        "prefect.flow_engine:run_flow_sync",
        "prefect.utilities.engine:propose_state_sync",
        "prefect.states:to_state_create",
    )

    def differences(self) -> Iterable[str]:
        """The base worker polls through the method that is ours, and keeps what we read under the names that we read."""
        yield from takes(BaseWorker.get_and_submit_flow_runs, "self")
        yield from mentions(BaseWorker.start, "get_and_submit_flow_runs")
        yield from mentions(BaseWorker.__init__, "_last_polled_time", "_work_pool_name", "_logger")
        yield from mentions(PrefectClient.__init__, "_client")
        yield from accepts(run_flow_sync, "flow", "flow_run", "parameters", "return_type")
