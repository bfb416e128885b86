"""Entering a run and leaving it: one call each, to the routes that our server adds (ADR 0019)."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import OrchestrationResult, SetStateStatus
from prefect.states import to_state_create

from flows.runtime.waiting.context import Leaving

ROUTES = "/casework/runs"


def enter(client: SyncPrefectClient, run: FlowRun) -> tuple[State[Any], dict[str, str]] | None:
    """Move a run from the state in which it was seen to Running; gives that state and the run's inputs by key.

    Nothing when the run is gone or has moved on meanwhile: whoever moved it has it in hand.
    """
    seen = run.state_id or (run.state and run.state.id)  # a worker's poll brings the id alone
    try:
        answer = _post(client, run.id, "enter", {"seen": str(seen), "claim": str(uuid4())})
    except httpx.HTTPStatusError as error:
        if _is_gone(error.response):
            return None
        raise
    return (State.model_validate(answer["state"]), answer["inputs"]) if answer["state"] else None


def _is_gone(answer: httpx.Response) -> bool:
    # A server without these routes says "Not Found" as well, and that must not pass for a run that is gone.
    return answer.status_code == httpx.codes.NOT_FOUND and "no such run" in answer.text


def leave(client: SyncPrefectClient, run: FlowRun, left: Leaving, state: State[Any] | None = None) -> bool:
    """Keep with the engine what a run leaves there, and put it into a state; says whether that was accepted.

    All of it or nothing: nothing when the run is no longer in the state in which ``run`` shows it. Without a state the
    run goes on working.
    """
    entered = run.state.id if run.state else run.state_id
    body: dict[str, Any] = {
        "entered": str(entered),
        "inputs": left.inputs,
        "forget": left.forget,
        "tags": left.tags,
        "page": _page(left.page),
    }
    if state is not None:
        proposed = to_state_create(state)
        proposed.state_details.flow_run_id = run.id
        proposed.state_details.transition_id = uuid4()
        body["state"] = proposed.model_dump(mode="json", serialize_as_any=True)
    answer = _post(client, run.id, "leave", body)
    return answer is None or OrchestrationResult.model_validate(answer).status is SetStateStatus.ACCEPT


def _page(page: ArtifactCreate | None) -> dict[str, Any] | None:
    return page.model_dump(mode="json", exclude_unset=True) if page else None


def _post(client: SyncPrefectClient, run_id: UUID, what: str, body: dict[str, Any]) -> Any:
    return client.request("POST", f"{ROUTES}/{run_id}/{what}", json=body).json()  # type: ignore[arg-type]
