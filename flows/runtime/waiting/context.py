"""The run that is being driven: its engine client and its record, whoever drives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext

from engine.protocol import INPUTS, OURS, Kept


@dataclass(frozen=True)
class Drive:
    """A run in the hands of our own driver; ``inputs`` are what the engine keeps of its waits, by key."""

    client: SyncPrefectClient
    run: FlowRun
    inputs: dict[str, str] = field(default_factory=dict, repr=False)


_drive: ContextVar[Drive | None] = ContextVar("drive", default=None)
_leaving: ContextVar[Kept | None] = ContextVar("leaving", default=None)


@contextmanager
def driven(client: SyncPrefectClient, run: FlowRun, inputs: dict[str, str] | None = None) -> Iterator[None]:
    """Make a run the one that is being driven in this thread."""
    drive, left = _drive.set(Drive(client, run, inputs or {})), _leaving.set(Kept())
    try:
        yield
    finally:
        _leaving.reset(left)
        _drive.reset(drive)


def driven_here() -> bool:
    """Say whether the run is in the hands of our own driver, and not of the engine's."""
    return _drive.get() is not None


def leaving() -> Kept:
    """What this run has gathered so far, to be handed over to the engine in one call when it waits or ends."""
    left = _leaving.get()
    if left is None:  # under a stock worker, where a process drives one run
        left = Kept()
        _leaving.set(left)
    return left


def inputs() -> dict[str, str]:
    """What the engine keeps of this run's waits, by key: forms, what stood above them, answers."""
    if drive := _drive.get():
        return drive.inputs
    found = [engine().filter_flow_run_input(run_id(), beginning, INPUTS, set()) for beginning in OURS]
    return {entry.key: entry.value for page in found for entry in page}


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
