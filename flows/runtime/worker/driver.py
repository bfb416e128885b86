"""Driving a run to its next wait or its end, with no more calls to the engine's API than its states need.

The engine's own ``run_flow_sync`` makes five calls around a flow besides its states (policy, version, the run
again, where results go), starts a thread for heartbeats and another one that looks for suspensions: three
quarters of what a step costs. A flow that waits for people needs none of it: it has no tasks, no results, no
retries of its own, and works for a tenth of a second. Nor do the sweeps that come every minute, which are most of
what an idle stack does. Such flows are driven here; those with tasks or limits of their own go through the engine
(ADR 0008). A stock worker drives all of them through the engine.
"""

import logging
import time
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import Abort, Pause
from prefect.flow_engine import run_flow_sync
from prefect.flows import Flow
from prefect.states import Failed, Pending
from prefect.utilities.engine import propose_state_sync
from sqlalchemy.exc import InterfaceError, OperationalError

from engine.protocol import Kept
from flows.runtime.waiting.context import driven, leaving
from flows.runtime.waiting.engine_calls import enter, leave

PLAIN_FLOWS = frozenset({"petition", "dispatch", "intake", "correction", "deadlines", "reconcile", "case_page"})
"""Flows without tasks, results, retries or limits, which answer with a state: the engine need not be there while they work."""

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between tries while the casework database is away: together less than what makes a run count as stuck."""

_log = logging.getLogger("prefect.casework.driving")


def drive(client: SyncPrefectClient, flow: Flow[Any, Any], run: FlowRun) -> None:
    """Enter a run and bring it to its next wait or its end; nothing when somebody else has it in hand."""
    if flow.name in PLAIN_FLOWS:
        _drive_here(client, flow, run)
    else:
        _drive_by_engine(client, flow, run)


def _drive_here(client: SyncPrefectClient, flow: Flow[Any, Any], run: FlowRun) -> None:
    entered = enter(client, run)
    if entered is None:
        return
    state, inputs = entered
    run, left = run.model_copy(update={"state": state}), Kept()
    try:
        end, left = _work(client, flow, run, inputs)
    except (Pause, Abort):
        return
    except Exception as fault:
        # The fault's own words stay in the worker's log, in the office's hands: they may quote the case.
        _log.exception("%s failed", run.name)
        end = Failed(message=f"{type(fault).__name__}; see the worker's log")
    leave(client, run, left, end)  # unless somebody has moved the run meanwhile: then it is theirs


def _work(client: SyncPrefectClient, flow: Flow[Any, Any], run: FlowRun, inputs: dict[str, str]) -> tuple[State[Any], Kept]:
    """Let the flow look at its case, again and again while the casework database is away: a step may be repeated (ADR 0018)."""
    pauses = iter(PAUSES)
    while True:
        try:
            with driven(client, run, inputs):
                return flow.fn(**run.parameters), leaving()
        except (OperationalError, InterfaceError) as away:
            if (pause := next(pauses, None)) is None:
                raise
            _log.warning("%s tries again in %.0f s: %s", run.name, pause, type(away).__name__)
            time.sleep(pause)


def _drive_by_engine(client: SyncPrefectClient, flow: Flow[Any, Any], run: FlowRun) -> None:
    try:
        if propose_state_sync(client, Pending(), flow_run_id=run.id).is_pending():
            run_flow_sync(flow, flow_run=run, parameters=run.parameters, return_type="state")
    except (Pause, Abort):
        return
