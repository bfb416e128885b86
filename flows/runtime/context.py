"""The run that is being driven: its engine client and its record, whoever drives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext


@dataclass(frozen=True)
class Drive:
    """A run in the hands of our own driver."""

    client: SyncPrefectClient
    run: FlowRun
    forms: set[str] = field(default_factory=set)
    """Keys of the forms that the engine is known to keep for this run already."""


_drive: ContextVar[Drive | None] = ContextVar("drive", default=None)


@contextmanager
def driven(client: SyncPrefectClient, run: FlowRun) -> Iterator[None]:
    """Make a run the one that is being driven in this thread."""
    token = _drive.set(Drive(client, run))
    try:
        yield
    finally:
        _drive.reset(token)


def this_run() -> FlowRun:
    """The engine's record of the run that is being driven."""
    if drive := _drive.get():
        return drive.run
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        raise RuntimeError("this can only be asked inside a flow run")
    return context.flow_run


def engine() -> SyncPrefectClient:
    """The client that the running flow already has."""
    if drive := _drive.get():
        return drive.client
    context = FlowRunContext.get()
    if context is None or not isinstance(context.client, SyncPrefectClient):
        raise RuntimeError("this can only be asked inside a synchronous flow run")
    return context.client


def run_id() -> UUID:
    """The running flow run's id."""
    return this_run().id


def known_forms() -> set[str]:
    """Keys of the forms that need not be saved again; under a stock worker nothing is known, and saving again does no harm."""
    drive = _drive.get()
    return drive.forms if drive else set()
