"""The one door: every change of a petition is checked, recorded and followed up here, in one transaction."""

from typing import Any

from sqlmodel import Session

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Event, Stage, State
from rules.errors import AnswerRefusedError
from rules.lifecycle.row import Transition
from rules.lifecycle.share import FINISHED_UNITS
from rules.lifecycle.stages import STAGES
from rules.lifecycle.table import advance_from, roll_up
from rules.zone import legal_day
from tasks.keeping.vault import vault
from tasks.letters.queueing import Order, queue_letters
from tasks.limits.clocks import follow_clocks
from tasks.record.act import Act
from tasks.record.cases import subject_of
from tasks.record.chain import event_hash, head_seal
from tasks.record.facts import gather_facts, last_event
from tasks.runs.bookmarks import want_run


def advance(
    session: Session,
    petition: Petition,
    event: Event,
    *,
    act: Act,
    dispatch: Dispatch | None = None,
    asked: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
    facts: dict[str, Any] | None = None,
    note: str = "",
    letter_facts: dict[str, Any] | None = None,
    order: Order | None = None,
) -> CaseEvent:
    """Carry out one event of the lifecycle on a locked petition, or on one unit's share of it.

    ``asked`` completes the facts that the guard sees; ``changes`` are columns of the petition (of the share,
    when ``dispatch`` is given) that follow from the event; ``facts`` are the codes, dates and counts to put on
    record; ``note`` is free text, which is sealed; ``letter_facts`` are words that only letters need; ``order``
    replaces the row's letters by the one of a ladder's step.

    Raises ``TransitionRefusedError`` with a reason for staff; then nothing was changed.
    """
    subject = dispatch or petition
    seen = gather_facts(session, petition, act=act, asked=asked or {})
    source: State | DispatchState = subject.state
    row = advance_from(source, event, act.actor.role, seen)
    _check_time(session, petition, dispatch, act)
    for column, value in (changes or {}).items():
        setattr(subject, column, value)
    _move(subject, row, source)
    recorded = _record(session, petition, row, source, act=act, dispatch=dispatch, facts=facts or {}, note=note)
    clocks = follow_clocks(session, petition, row, act=act, dispatch=dispatch)
    queue_letters(
        session, petition, row, recorded, act=act, dispatch=dispatch, clocks=clocks, words=letter_facts or {}, order=order
    )
    _tell_engine(session, petition, recorded, row, act=act, dispatch=dispatch)
    if dispatch is not None:
        follow_units(session, petition, act=act)
    return recorded


def follow_units(session: Session, petition: Petition, *, act: Act) -> None:
    """Let the petition's state follow its units (worst first), as system events of their own."""
    seen = gather_facts(session, petition, act=act.by_system(), asked={})
    if next_event := roll_up(petition.state, seen):
        advance(session, petition, next_event, act=act.by_system())


def _move(subject: Petition | Dispatch, row: Transition, source: State | DispatchState) -> None:
    target = row.leads_to(source)
    if (isinstance(subject, Petition) and isinstance(target, State)) or (
        isinstance(subject, Dispatch) and isinstance(target, DispatchState)
    ):
        subject.state = target


def _check_time(session: Session, petition: Petition, dispatch: Dispatch | None, act: Act) -> None:
    if act.happened_at > act.as_of:
        raise AnswerRefusedError("实际办理时间晚于现在，请核对后重填")
    if act.happened_on < petition.receipt_on and petition.number and petition.last_seq:  # a draft's dates may be wrong
        raise AnswerRefusedError(f"实际办理日期 {act.happened_on} 早于收信日期 {petition.receipt_on}")
    if act.occurred_at is None:
        return  # it happens now: should the step before lie ahead, a clock was wrong, and nobody has to wait for that day
    before = last_event(session, petition, dispatch)
    since = dispatch.sent_on if dispatch and before is None else None
    if (before and act.happened_on < legal_day(before.occurred_at)) or (since and act.happened_on < since):
        raise AnswerRefusedError(f"实际办理日期 {act.happened_on} 早于上一环节")


def _record(
    session: Session,
    petition: Petition,
    row: Transition,
    source: State | DispatchState,
    *,
    act: Act,
    dispatch: Dispatch | None,
    facts: dict[str, Any],
    note: str,
) -> CaseEvent:
    petition.last_seq += 1
    if petition.id is None or (dispatch is not None and dispatch.id is None):
        session.flush()  # what is signed names both rows
    event = CaseEvent(
        petition_id=petition.id,
        seq=petition.last_seq,
        event=row.event,
        source=source.value,
        target=row.leads_to(source).value,
        dispatch_id=dispatch.id if dispatch else None,
        actor_code=act.actor.code,
        actor_role=act.actor.role,
        occurred_at=act.happened_at,
        recorded_at=act.as_of,
        facts=facts,
        note_sealed=vault().seal(note) if note.strip() else None,
        audience=row.audience,
        decision_key=act.decision_key,
        previous_hash=petition.head_hash,
        hash="",
    )
    event.hash = petition.head_hash = event_hash(event, vault())
    petition.head_seal = head_seal(petition, vault())
    session.add(event)
    return event


def _tell_engine(
    session: Session, petition: Petition, event: CaseEvent, row: Transition, *, act: Act, dispatch: Dispatch | None
) -> None:
    if dispatch is not None:
        want_run(session, subject_of(petition, dispatch), event.seq, act, finished=dispatch.state in FINISHED_UNITS)
    elif row.target is not None:
        want_run(session, subject_of(petition), event.seq, act, finished=STAGES[petition.state] is Stage.CLOSED)
