"""Feedback and closure: delivering the answer, closing, withdrawing, reviewing, archiving."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import select

from models.case_event import CaseEvent
from models.outbox_message import OutboxMessage
from models.petitioner import Party
from models.vocabulary.case import Event, Flag, Settlement, Way
from models.vocabulary.papers import DeliveryWay, Letter, Retention
from rules.closing import ClosingFacts, closing_gaps, retention_for
from tasks.casework.shares import recall_shares
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.facts import flags_of, running_clock, unsent_letters
from tasks.transitions import Change, advance


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How and on which day the answer reached the petitioner, or why it could not; and what the petitioner said."""

    way: DeliveryWay
    delivered_on: date | None = None
    reason: str = ""
    settlement: Settlement = Settlement.UNKNOWN
    summary: str = ""


def deliver(case: Case, *, act: Act, delivery: Delivery) -> CaseEvent:
    """Put the delivery on file; the petitioner's 30 days count from its day (条例 第三十五条)."""
    impossible = delivery.way is DeliveryWay.IMPOSSIBLE
    delivered_on = None if impossible else delivery.delivered_on
    record = {
        "way": delivery.way.value,
        "delivered_on": delivered_on.isoformat() if delivered_on else None,
        "settlement": delivery.settlement.value,
    }
    change = Change(
        Event.DELIVER,
        asked={"delivered_on": delivered_on, "delivery_impossible": impossible, "reason": delivery.reason},
        columns={"delivered_on": delivered_on, "settlement": delivery.settlement},
        record=record,
        note="\n".join(filter(None, (delivery.summary, delivery.reason))),
        words={"answer": delivery.summary},
    )
    event = advance(case, change, act)
    for party in case.session.exec(select(Party).where(Party.petition_id == case.petition.id)):
        party.delivery_way, party.delivered_on = delivery.way, delivered_on
    return event


def gaps_of(case: Case) -> tuple[str, ...]:
    """List in Chinese what a petition's file still lacks before it may be closed (结案条件)."""
    petition = case.petition
    events = case.session.exec(select(CaseEvent.event).where(CaseEvent.petition_id == petition.id))
    told = petition.way is not Way.REFERRAL or _told(case)
    return closing_gaps(ClosingFacts(way=petition.way, outcome=petition.outcome, events=frozenset(map(Event, events)), told=told))


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
        asked={"missing_items": gaps_of(case)},
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


def request_review(case: Case, *, act: Act, again: bool = False) -> CaseEvent:
    """Note that the petitioner asked a higher organ for a review (or a re-review) within the 30 days."""
    event, key = (Event.REQUEST_RE_REVIEW, "re_review_request") if again else (Event.REQUEST_REVIEW, "review_request")
    clock = running_clock(case, key)
    return advance(case, Change(event, asked={"review_window_open": bool(clock and act.happened_on <= clock.due_on)}), act)


def conclude_review(case: Case, *, act: Act, result: str, again: bool = False) -> CaseEvent:
    """Put the result of a review (or re-review) on file."""
    event = Event.CONCLUDE_RE_REVIEW if again else Event.CONCLUDE_REVIEW
    return advance(case, Change(event, asked={"answer": result}, note=result), act)


def finalize(case: Case, *, act: Act, reason: str) -> CaseEvent:
    """Mark a petition final: no request in time, or legally ended."""
    return advance(case, Change(Event.FINALIZE, asked={"reason": reason}, note=reason), act)
