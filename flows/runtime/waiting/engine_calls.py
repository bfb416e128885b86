"""Entering a run and leaving it: one call each, to the routes that our server adds (ADR 0019)."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import StateCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.states import to_state_create
from pydantic import BaseModel

from engine.protocol import GONE, ROUTES, Entered, Entry, Kept, Leaving


def enter(client: SyncPrefectClient, run: FlowRun) -> tuple[State[Any], dict[str, str]] | None:
    """Move a run from the state in which it was seen to Running; gives that state and the run's inputs by key.

    Nothing when the run is gone or has moved on meanwhile: whoever moved it has it in hand.
    """
    seen = run.state_id or (run.state and run.state.id)  # a worker's poll brings the id alone
    try:
        answer = _post(client, run.id, "enter", Entry.model_validate({"seen": seen, "claim": uuid4()}))
    except httpx.HTTPStatusError as error:
        if _is_gone(error.response):
            return None
        raise
    entered = Entered[State[Any]].model_validate(answer)
    return (entered.state, entered.inputs) if entered.state else None


def _is_gone(answer: httpx.Response) -> bool:
    return answer.status_code == httpx.codes.NOT_FOUND and GONE in answer.text


def leave(client: SyncPrefectClient, run: FlowRun, left: Kept, state: State[Any] | None = None) -> bool:
    """Keep with the engine what a run leaves there, and put it into a state; says whether that was accepted.

    All of it or nothing: nothing when the run is no longer in the state in which ``run`` shows it. Without a state the
    run goes on working.
    """
    entered = run.state.id if run.state else run.state_id
    body = Leaving[StateCreate].model_validate({**dict(left), "entered": entered, "state": state and _proposed(run.id, state)})
    answer = _post(client, run.id, "leave", body)
    return answer is None or OrchestrationResult.model_validate(answer).status is SetStateStatus.ACCEPT


def _proposed(run_id: UUID, state: State[Any]) -> StateCreate:
    proposed = to_state_create(state)
    proposed.state_details.flow_run_id = run_id
    proposed.state_details.transition_id = uuid4()
    return proposed


def _post(client: SyncPrefectClient, run_id: UUID, what: str, said: BaseModel) -> Any:
    return client.request("POST", f"{ROUTES}/{run_id}/{what}", json=said.model_dump(mode="json", serialize_as_any=True)).json()  # type: ignore[arg-type]
