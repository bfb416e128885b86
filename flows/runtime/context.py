"""The run that is being driven: its engine client and its record."""

from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext


def this_run() -> FlowRun:
    """The engine's record of the run that is being driven."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("this can only be asked inside a flow run")
    return context.flow_run


def engine() -> SyncPrefectClient:
    """The client that the running flow already has."""
    context = FlowRunContext.get()
    if context is None or not isinstance(context.client, SyncPrefectClient):
        raise RuntimeError("this can only be asked inside a synchronous flow run")
    return context.client


def run_id() -> UUID:
    """The running flow run's id."""
    return this_run().id
