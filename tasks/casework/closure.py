"""Closure: the checklist, closing, withdrawing, archiving."""

from sqlmodel import select

from models.case_event import CaseEvent
from models.outbox_message import OutboxMessage
from models.vocabulary.case import Event, Flag, Settlement, Step, Way
from models.vocabulary.papers import Letter, Retention
from rules.closing import ClosingSituation, closing_gaps, retention_for
from tasks.casework.awaited import awaited
from tasks.casework.shares import recall_shares
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.situation import flags_of, unsent_letters
from tasks.transitions import Change, advance


def gaps_of(case: Case) -> tuple[str, ...]:
    """List in Chinese what a petition's file still lacks before it may be closed (结案条件)."""
    petition = case.petition
    events = case.session.exec(select(CaseEvent.event).where(CaseEvent.petition_id == petition.id))
    told = petition.way is not Way.REFERRAL or _told(case)
    return closing_gaps(
        ClosingSituation(way=petition.way, outcome=petition.outcome, events=frozenset(map(Event, events)), told=told)
    )


def _told(case: Case) -> bool:
    if Flag.ANONYMOUS in case.petition.flags:
        return True
    query = select(OutboxMessage.id).where(
        OutboxMessage.petition_id == case.petition.id, OutboxMessage.letter == Letter.REFERRAL_NOTICE
    )
    return case.session.exec(query).first() is not None


def close(case: Case, *, act: Act, opinion: str, settlement: Settlement | None = None) -> CaseEvent:
    """Close a petition whose checklist is complete; settled (化解) is kept apart from closed (办结)."""
    petition = case.petition
    final = settlement or petition.settlement or Settlement.UNKNOWN
    change = Change(
        Event.CLOSE,
        asked={
            "missing_items": gaps_of(case),
            "approval_role": awaited(case.session, petition, Step.CLOSE, today=act.today).roles[0],
        },
        columns={"closed_on": act.happened_on, "settlement": final},
        record={"outcome": petition.outcome.value if petition.outcome else None, "settlement": final.value},
        note=opinion,
    )
    return advance(case, change, act)


def return_to_delivery(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Send a petition back because the answer or its delivery is not in order."""
    return advance(case, Change(Event.RETURN_TO_DELIVERY, asked={"reason": reason}, note=reason), act)


def withdraw(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """End a petition that the petitioner withdrew in writing, and call its shares back."""
    ended = {"closed_on": act.happened_on}
    event = advance(case.whole, Change(Event.WITHDRAW, asked={"reason": reason}, columns=ended, note=reason), act)
    recall_shares(case, act=act)
    return event


def archive(case: Case, *, act: Act, retention: Retention | None = None) -> CaseEvent:
    """Lock the file away once nothing is on its way out any more."""
    petition = case.petition
    kept = retention or retention_for(petition.way, petition.petition_class, flags_of(petition), petition.outcome)
    change = Change(
        Event.ARCHIVE,
        asked={"unsent_letters": unsent_letters(case)},
        columns={"archived_on": act.happened_on, "retention": kept},
        record={"retention": kept.value},
    )
    return advance(case, change, act)
