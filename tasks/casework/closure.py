"""Feedback and closure: delivering the answer, closing, withdrawing, reviewing, archiving."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from models.case_event import CaseEvent
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.petitioner import Party
from models.vocabulary.case import Event, Flag, PetitionClass, Settlement, Way
from models.vocabulary.papers import DeliveryWay, Letter, Retention
from tasks.casework.shares import recall_shares
from tasks.record.act import Act
from tasks.record.cases import find_petition
from tasks.record.facts import running_clock, unsent_letters
from tasks.transitions import advance

ANSWERS = (Event.ANSWER_ON_SPOT, Event.ANSWER_DIRECT, Event.REPORT, Event.REJECT, Event.REFUSE_REPEAT)


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


def closing_gaps(session: Session, petition: Petition) -> tuple[str, ...]:
    """List in Chinese what is still missing before the petition may be closed (结案条件)."""
    seen = set(session.exec(select(CaseEvent.event).where(CaseEvent.petition_id == petition.id)))
    gaps = []
    if petition.outcome is None:
        gaps.append("没有办理结论")
    if petition.way not in (Way.REFERRAL, Way.FILING) and not seen & set(ANSWERS):
        gaps.append("没有答复或办结报告")
    if petition.way in (Way.ASSIGNMENT, Way.DIRECT, Way.REJECTION, Way.REFUSAL_OF_REPEAT) and Event.DELIVER not in seen:
        gaps.append("没有送达记录")
    if petition.way is Way.REFERRAL and not _told(session, petition):
        gaps.append("没有告知信访人转送去向")
    return tuple(gaps)


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
        asked={"missing_items": closing_gaps(session, petition)},
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


def retention_for(petition: Petition) -> Retention:
    """Propose how long to keep the file: important ones for good, others with a result 30 years, the rest 10."""
    if petition.way is Way.ON_THE_SPOT or petition.way is Way.FILING:
        return Retention.TEN_YEARS
    if petition.petition_class is PetitionClass.ACCUSATION or Flag.URGENT in petition.flags:
        return Retention.PERMANENT
    return Retention.THIRTY_YEARS if petition.outcome else Retention.TEN_YEARS


def archive(session: Session, number: str, *, act: Act, retention: Retention | None = None) -> Petition:
    """Lock the file away once nothing is on its way out any more."""
    petition = find_petition(session, number, lock=True)
    kept = retention or retention_for(petition)
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
