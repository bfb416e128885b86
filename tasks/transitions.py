"""The one door: every change of a petition is checked, recorded and followed up here, in one transaction."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any

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
from tasks.letters.queueing import Occasion, Order, queue_letters
from tasks.limits.clocks import follow_clocks
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.chain import event_hash
from tasks.record.columns import RowChange, write_columns
from tasks.record.situation import gather_situation, last_event
from tasks.record.sums import note_if_touched, signed_by
from tasks.runs.bookmarks import want_run


@dataclass(frozen=True)
class Change:
    """One event of the lifecycle, and what it brings with it.

    ``asked`` completes the situation that the guard sees; ``columns`` are new values in the row at hand (the share's when
    the case is about one), ``also`` those in other rows of the same file; ``record`` holds the codes, dates and counts to
    put on record; ``note`` is free text, which is sealed; ``words`` are what only letters need; ``order`` replaces the
    row's letters by the one of a ladder's step.
    """

    event: Event
    _: KW_ONLY
    asked: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[RowChange, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    words: Mapping[str, Any] = field(default_factory=dict)
    order: Order | None = None


def advance(case: Case, change: Change, act: Act) -> CaseEvent:
    """Carry out one event of the lifecycle on a petition, or on the share that the case is about.

    What it changes in the file's rows is told in the event: old and new, under ``columns`` of its facts.

    Raises ``TransitionRefusedError`` with a reason for staff; then nothing was changed.
    """
    source = case.state
    row = advance_from(source, change.event, act.actor.role, gather_situation(case, act, change.asked))
    _check_time(case, act)
    note_if_touched(case.session, case.petition)
    told = write_columns(case.session, (RowChange(case.at_hand, change.columns), *change.also))
    _move(case.at_hand, row.leads_to(source))
    record = dict(change.record) | ({"columns": told} if told else {})
    event = _event(case, row, source, replace(change, record=record), act)
    _chain(case, event)
    clocks = follow_clocks(case.session, case.petition, row, act=act, dispatch=case.share)
    queue_letters(Occasion(case=case, row=row, event=event, act=act, clocks=clocks, words=change.words, order=change.order))
    _tell_engine(case, row, event, act)
    if case.share is not None:
        follow_units(case, act)
    return event


def follow_units(case: Case, act: Act) -> None:
    """Let the petition's state follow its units (worst first), as system events of their own."""
    seen = gather_situation(case, act.by_system(), {})
    if next_event := roll_up(case.petition.state, seen):
        advance(case.whole, Change(next_event), act.by_system())


def _move(at_hand: Petition | Dispatch, target: State | DispatchState) -> None:
    """Write the new state; a row of the wrong table is a fault, for else the event would be signed and nothing moved."""
    if (isinstance(at_hand, Petition) and isinstance(target, State)) or (
        isinstance(at_hand, Dispatch) and isinstance(target, DispatchState)
    ):
        at_hand.state = target
    else:
        raise TypeError(f"{type(at_hand).__name__} cannot stand at {target!r}")


def _check_time(case: Case, act: Act) -> None:
    petition, share = case.petition, case.share
    if act.happened_at > act.as_of:
        raise AnswerRefusedError("实际办理时间晚于现在，请核对后重填")
    if act.happened_on < petition.receipt_on and petition.number and petition.last_seq:  # a draft's dates may be wrong
        raise AnswerRefusedError(f"实际办理日期 {act.happened_on} 早于收信日期 {petition.receipt_on}")
    if act.occurred_at is None:
        return  # it happens now: should the step before lie ahead, a clock was wrong, and nobody has to wait for that day
    before = last_event(case)
    since = share.sent_on if share and before is None else None
    if (before and act.happened_on < legal_day(before.occurred_at)) or (since and act.happened_on < since):
        raise AnswerRefusedError(f"实际办理日期 {act.happened_on} 早于上一环节")


def _event(case: Case, row: Transition, source: State | DispatchState, change: Change, act: Act) -> CaseEvent:
    """Write down what happened, as the next event of the petition's file; it is not signed yet."""
    petition, share = case.petition, case.share
    if petition.id is None or (share is not None and share.id is None):
        case.session.flush()  # what is signed names both rows
    return CaseEvent(
        petition_id=petition.id,
        seq=petition.last_seq + 1,
        event=row.event,
        source=source.value,
        target=row.leads_to(source).value,
        dispatch_id=share.id if share else None,
        actor_code=act.actor.code,
        actor_role=act.actor.role,
        proof=act.proof,
        occurred_at=act.happened_at,
        recorded_at=act.as_of,
        facts=dict(change.record) | act.vouched,
        note_sealed=vault().seal(change.note) if change.note.strip() else None,
        audience=row.audience,
        decision_key=act.decision_key,
        previous_hash=petition.head_hash,
        hash="",
    )


def _chain(case: Case, event: CaseEvent) -> None:
    """Sign an event behind the one before it; the petition's row is signed as it is written, with all that the event leaves."""
    petition = case.petition
    petition.last_seq = event.seq
    event.hash = petition.head_hash = event_hash(event, vault())
    case.session.add(event)
    signed_by(case.session, event)


def _tell_engine(case: Case, row: Transition, event: CaseEvent, act: Act) -> None:
    if case.share is not None:
        want_run(case.session, case.subject, event.seq, act, finished=case.share.state in FINISHED_UNITS)
    elif row.target is not None:
        want_run(case.session, case.subject, event.seq, act, finished=STAGES[case.petition.state] is Stage.CLOSED)
