"""Waiting for a person: the run leaves the worker, stands in the engine's lists under a business name, and returns.

A run that is entered again looks at the case, not at its own past: an answer that came through the form is
applied through the one door, a decision made at the desk is simply found, and whatever is pending then is
waited for again. An answer that the rules refuse never fails the run (ADR 0002). A run that finds nothing to
do goes back to the very wait that it came from, at the price of one query.
"""

import logging
from typing import Any, NoReturn
from uuid import uuid4

import orjson
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import State
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.states import Paused
from sqlalchemy.exc import InterfaceError, OperationalError

from flows.runtime.waiting.context import engine, inputs, leaving, run_id, this_run
from flows.runtime.waiting.engine_calls import leave
from flows.runtime.waiting.inputs import Answer, form_schema, is_form, keyset, newest_answer
from flows.runtime.waiting.presses import is_same_press, note_key, note_of
from flows.wall_time import now
from models.vocabulary.case import Step
from rules.errors import CaseworkError
from rules.zone import legal_day
from tasks.decide import decide, find_place
from tasks.forms.typed_number import by_typed_number
from tasks.keeping.database import database
from tasks.reading.casefile import form_description
from tasks.record.act import Arrival
from tasks.runs.bookmarks import bookmark_of, close_round, open_round, refusal_of
from tasks.runs.standing import Look, look_at

_log = logging.getLogger("prefect.casework.waiting")

AWAY = (OperationalError, InterfaceError)
"""What a database says that cannot be reached now."""

UNTAKEN = "系统没能处理所填内容（{}），没有采用，案件没有变动；请检查数字和日期后重填，仍不行请联系系统管理员"
"""Said above the form for an answer that no rule refused and that could not be taken all the same."""


class DuplicateRunError(RuntimeError):
    """Another run, which is alive, drives this subject; this one must end without touching anything."""


def take_answer(subject: str) -> None:
    """Apply the answer that this run was resumed with, if there is one; called once whenever a run is entered.

    Leaves the flow again when there is nothing to do. Raises ``DuplicateRunError`` when another run drives the subject.
    """
    with database().read() as session:
        look = look_at(session, subject)
    if look is None or look.run_id is None:
        return  # nobody has waited for this subject yet
    if look.run_id != str(run_id()):
        _yield_to(engine(), look)
        return
    kept = inputs()
    answer = newest_answer(kept, step=look.waited_for, round_=look.round)
    if answer is None:
        _go_on_without_answer(subject, look, kept)
    elif is_same_press(answer, kept, as_of=now()):
        _log.info("%s: %s was pressed more than once", subject, answer.step.value)
    elif refusal := _apply(subject, answer):
        with database().write() as session:
            close_round(session, subject, refusal=refusal, as_of=now())
    # What stood above a form and what was typed into it goes when the run leaves: the answer now lives, sealed, in the
    # case file. Should the run be cut short before that, the next entry applies the answer once more, to no effect.
    leaving().forget = [key for key in kept if not is_form(key)]


def _go_on_without_answer(subject: str, look: Look, kept: dict[str, str]) -> None:
    """Go back to a wait that is still the right one, whole and unanswered; close one that the case has left behind."""
    if look.waited_for is None:
        return
    if look.waited_for is not look.stands_at or look.behind:
        with database().write() as session:
            close_round(session, subject, refusal=None, as_of=now())
    elif not look.unseen and {keyset(look.waited_for, look.round)[part] for part in ("schema", "description")} <= kept.keys():
        _leave(look.waited_for, look.round, back=True)


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
        description = form_description(session, place.petition, place.dispatch, step, today=legal_day(as_of), refusal=refusal)
        mark = open_round(session, subject, run_id=str(run_id()), step=step, seen_seq=place.petition.last_seq, as_of=as_of)
    keys, known = keyset(step, mark.round), inputs()
    leaving().inputs = {keys["description"]: orjson.dumps(description).decode()}
    answer = newest_answer(known, step=step, round_=mark.round - 1)
    if answer is not None and answer.step is step:
        leaving().inputs[note_key(step, mark.round)] = note_of(answer, known, shown_at=as_of)
    if keys["schema"] not in known:
        leaving().inputs[keys["schema"]] = form_schema(step)
    _leave(step, mark.round)


def _leave(step: Step, round_: int, *, back: bool = False) -> NoReturn:
    """Stand at a wait, and leave the flow; ``back`` to one where this run has stood before."""
    # The engine lets a run stand under a key once; going back is a standing of its own. Never forced: whoever answered the
    # form while this run was looking has put it in the queue, and would be overwritten.
    key = f"{step.value}-{round_}" + (f"-{uuid4()}" if back else "")
    state: State[Any] = Paused(name=step.label, reschedule=True, pause_key=key)
    state.state_details.pause_timeout = None
    state.state_details.run_input_keyset = {**keyset(step, round_)}  # type: ignore[dict-item]
    if leave(engine(), this_run(), leaving(), state):
        raise Pause(state=state)
    # Somebody has put the run into another state meanwhile. Whoever enters it next looks at the case; this one leaves.
    raise Abort("the run is in another state by now")


def _yield_to(client: SyncPrefectClient, look: Look) -> None:
    """Leave the subject to the run that waits for it, if that is still alive."""
    try:
        other = client.read_flow_run(look.run_uuid)
    except ObjectNotFound:
        return
    if other.state is not None and not other.state.is_final():
        raise DuplicateRunError(f"run {look.run_id} drives this subject")


def _apply(subject: str, answer: Answer) -> str | None:
    """Apply an answer and close its round in one transaction; returns why it was refused, in words for the next form."""
    key = f"{run_id()}:{answer.step.value}:{answer.round}"
    who, fields = by_typed_number(answer.fields)
    try:
        with database().write() as session:
            decide(session, subject, answer.step, fields, who, Arrival(now(), decision_key=key, origin=subject))
            close_round(session, subject, refusal=None, as_of=now())
    except CaseworkError as refused:
        # Refusals name rules, units and work numbers, never a petitioner.
        _log.info("%s: the answer to %s was refused", subject, answer.step.value)
        return str(refused)
    except AWAY:
        raise  # the database is away: tried again by whoever drives this run
    except Exception as fault:
        # A run that fails is put back and would fail of the same answer for ever, with nobody told who typed it.
        _log.exception("%s: the answer to %s could not be taken", subject, answer.step.value)
        return UNTAKEN.format(type(fault).__name__)
    return None
