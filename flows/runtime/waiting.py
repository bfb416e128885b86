"""Waiting for a person: the run leaves the worker, stands in the engine's lists under a business name, and returns.

A run that is entered again looks at the case, not at its own past: an answer that came through the form is
applied through the one door, a decision made at the desk is simply found, and whatever is pending then is
waited for again. An answer that the rules refuse never fails the run (ADR 0002).
"""

from typing import Any

import httpx
import orjson
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import Pause
from prefect.logging import get_run_logger
from prefect.states import Paused
from prefect.utilities.engine import propose_state_sync

from flows.clock import now
from flows.forms import form_schema, keyset
from flows.runtime.context import engine, run_id
from models.bookmark import Bookmark
from models.vocabulary import Step
from rules.errors import CaseworkError
from rules.zone import legal_day
from tasks.bookmarks import bookmark_of, close_round, open_round, refusal_of
from tasks.casefile import form_description
from tasks.database import database
from tasks.decide import decide, find_place


def take_answer(subject: str) -> None:
    """Apply the answer that this run was resumed with, if there is one; called once whenever a run is entered."""
    with database().read() as session:
        mark = session.get(Bookmark, subject)
    if mark is None or mark.step is None or mark.run_id != str(run_id()):
        return
    client = engine()
    answer = _read_answer(client, mark.step, mark.round)
    refusal = _apply(subject, mark.step, answer, mark.round) if answer is not None else None
    with database().write() as session:
        close_round(session, subject, refusal=refusal, as_of=now())
    _forget_form(client, mark.step, mark.round)


def wait_for_staff(subject: str, step: Step) -> None:
    """Show a step's form and leave; the run is entered again when it is answered or the desk has decided.

    Returns at once, without waiting, when the case stands at another step by now.
    """
    as_of = now()
    with database().write() as session:
        place = find_place(session, subject)
        if place.step is not step:
            return
        refusal = refusal_of(bookmark_of(session, subject, as_of=as_of))
        description = form_description(
            session, place.petition, place.dispatch, step, today=legal_day(as_of), refusal=refusal
        )
        mark = open_round(session, subject, run_id=str(run_id()), step=step, seen_seq=place.petition.last_seq, as_of=as_of)
    client = engine()
    _save(client, keyset(step, mark.round)["schema"], form_schema(step))
    _save(client, keyset(step, mark.round)["description"], orjson.dumps(description).decode())
    _leave(client, step, mark.round)


def _leave(client: SyncPrefectClient, step: Step, round_: int) -> None:
    state: State[Any] = Paused(name=step.label, reschedule=True, pause_key=f"{step.value}-{round_}")
    state.state_details.pause_timeout = None
    state.state_details.run_input_keyset = {**keyset(step, round_)}  # type: ignore[dict-item]
    accepted = propose_state_sync(client, state, flow_run_id=run_id())
    if accepted.is_paused():
        raise Pause(state=accepted)
    # The engine says that this wait was answered already, which a fresh round never is: look at the case again.


def _apply(subject: str, step: Step, answer: dict[str, object], round_: int) -> str | None:
    """Apply an answer; returns why it was refused, in words for the next form."""
    key = f"{run_id()}:{step.value}:{round_}"
    try:
        with database().write() as session:
            decide(session, subject, step, answer, as_of=now(), decision_key=key, origin=subject)
    except CaseworkError as refused:
        # Refusals name rules, units and work numbers, never a petitioner.
        get_run_logger().info("%s: the answer to %s was refused", subject, step.value)
        return str(refused)
    return None


def _read_answer(client: SyncPrefectClient, step: Step, round_: int) -> dict[str, object] | None:
    try:
        found = client.read_flow_run_input(run_id(), keyset(step, round_)["response"])
    except httpx.HTTPStatusError as error:
        if error.response.status_code == httpx.codes.NOT_FOUND:
            return None
        raise
    answer: dict[str, object] = orjson.loads(found)
    return answer


def _save(client: SyncPrefectClient, key: str, value: str) -> None:
    try:
        client.create_flow_run_input(run_id(), key, value)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.CONFLICT:  # saved by an attempt that was cut short
            raise


def _forget_form(client: SyncPrefectClient, step: Step, round_: int) -> None:
    """Delete the form and what was typed into it: the answer now lives, sealed, in the case file."""
    for key in keyset(step, round_).values():
        try:
            client.delete_flow_run_input(run_id(), str(key))
        except httpx.HTTPStatusError as error:
            if error.response.status_code != httpx.codes.NOT_FOUND:
                raise
