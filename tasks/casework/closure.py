"""Feedback and closure: delivering the answer, closing, withdrawing, reviewing, archiving."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from models.case_event import CaseEvent
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.petitioner import Party
from models.vocabulary.case import Event, Flag, Settlement, Way
from models.vocabulary.papers import DeliveryWay, Letter, Retention
from rules.closing import ClosingFacts, closing_gaps, retention_for
from tasks.casework.shares import recall_shares
from tasks.record.act import Act
from tasks.record.cases import find_petition
from tasks.record.facts import flags_of, running_clock, unsent_letters
from tasks.transitions import advance


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How and on which day the answer reached the petitioner, or why it could not; and what the petitioner said."""

    way: DeliveryWay
    delivered_on: date | None = None
    reason: str = ""
    settlement: Settlement = Settlement.UNKNOWN
    summary: str = ""


def deliver(session: Session, number: str, *, act: Act, delivery: Delivery) -> Petition:
    """Put the delivery on file; the petitioner's 30 days count from its day (条例 第三十五条)."""
    petition = find_petition(session, number, lock=True)
    impossible = delivery.way is DeliveryWay.IMPOSSIBLE
    delivered_on = None if impossible else delivery.delivered_on
    facts = {
        "way": delivery.way.value,
        "delivered_on": delivered_on.isoformat() if delivered_on else None,
        "settlement": delivery.settlement.value,
    }
    advance(
        session,
        petition,
        Event.DELIVER,
        act=act,
        facts=facts,
        note="\n".join(filter(None, (delivery.summary, delivery.reason))),
        asked={"delivered_on": delivered_on, "delivery_impossible": impossible, "reason": delivery.reason},
        changes={"delivered_on": delivered_on, "settlement": delivery.settlement},
        letter_facts={"answer": delivery.summary},
    )
    for party in session.exec(select(Party).where(Party.petition_id == petition.id)):
        party.delivery_way, party.delivered_on = delivery.way, delivered_on
    return petition


def gaps_of(session: Session, petition: Petition) -> tuple[str, ...]:
    """List in Chinese what a petition's file still lacks before it may be closed (结案条件)."""
    events = session.exec(select(CaseEvent.event).where(CaseEvent.petition_id == petition.id))
    told = petition.way is not Way.REFERRAL or _told(session, petition)
    return closing_gaps(ClosingFacts(way=petition.way, outcome=petition.outcome, events=frozenset(map(Event, events)), told=told))


def _told(session: Session, petition: Petition) -> bool:
    if Flag.ANONYMOUS in petition.flags:
        return True
    query = select(OutboxMessage.id).where(
        OutboxMessage.petition_id == petition.id, OutboxMessage.letter == Letter.REFERRAL_NOTICE
    )
    return session.exec(query).first() is not None


def close(session: Session, number: str, *, act: Act, opinion: str, settlement: Settlement | None = None) -> Petition:
    """Close a petition whose checklist is complete; settled (化解) is kept apart from closed (办结)."""
    petition = find_petition(session, number, lock=True)
    final = settlement or petition.settlement or Settlement.UNKNOWN
    advance(
        session,
        petition,
        Event.CLOSE,
        act=act,
        asked={"missing_items": gaps_of(session, petition)},
        note=opinion,
        changes={"closed_on": act.happened_on, "settlement": final},
        facts={"outcome": petition.outcome.value if petition.outcome else None, "settlement": final.value},
    )
    return petition


def return_to_delivery(session: Session, number: str, *, act: Act, reason: str) -> Petition:
    """Send a petition back because the answer or its delivery is not in order."""
    petition = find_petition(session, number, lock=True)
    advance(session, petition, Event.RETURN_TO_DELIVERY, act=act, asked={"reason": reason}, note=reason)
    return petition


def withdraw(session: Session, number: str, *, act: Act, reason: str) -> Petition:
    """End a petition that the petitioner withdrew in writing, and call its shares back."""
    petition = find_petition(session, number, lock=True)
    advance(
        session, petition, Event.WITHDRAW, act=act, asked={"reason": reason}, note=reason, changes={"closed_on": act.happened_on}
    )
    recall_shares(session, petition, act=act)
    return petition


def archive(session: Session, number: str, *, act: Act, retention: Retention | None = None) -> Petition:
    """Lock the file away once nothing is on its way out any more."""
    petition = find_petition(session, number, lock=True)
    kept = retention or retention_for(petition.way, petition.petition_class, flags_of(petition), petition.outcome)
    advance(
        session,
        petition,
        Event.ARCHIVE,
        act=act,
        asked={"unsent_letters": unsent_letters(session, petition)},
        changes={"archived_on": act.happened_on, "retention": kept},
        facts={"retention": kept.value},
    )
    return petition


def request_review(session: Session, number: str, *, act: Act, again: bool = False) -> Petition:
    """Note that the petitioner asked a higher organ for a review (or a re-review) within the 30 days."""
    petition = find_petition(session, number, lock=True)
    event, key = (Event.REQUEST_RE_REVIEW, "re_review_request") if again else (Event.REQUEST_REVIEW, "review_request")
    clock = running_clock(session, petition, key)
    advance(session, petition, event, act=act, asked={"review_window_open": bool(clock and act.happened_on <= clock.due_on)})
    return petition


def conclude_review(session: Session, number: str, *, act: Act, result: str, again: bool = False) -> Petition:
    """Put the result of a review (or re-review) on file."""
    petition = find_petition(session, number, lock=True)
    event = Event.CONCLUDE_RE_REVIEW if again else Event.CONCLUDE_REVIEW
    advance(session, petition, event, act=act, asked={"answer": result}, note=result)
    return petition


def finalize(session: Session, number: str, *, act: Act, reason: str) -> Petition:
    """Mark a petition final: no request in time, or legally ended."""
    petition = find_petition(session, number, lock=True)
    advance(session, petition, Event.FINALIZE, act=act, asked={"reason": reason}, note=reason)
    return petition
