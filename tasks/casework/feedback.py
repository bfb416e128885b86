"""Feedback: the answer is delivered, and the delivery proved."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from models.case_event import CaseEvent
from models.petitioner import Party
from models.vocabulary.case import Event, Settlement
from models.vocabulary.papers import DeliveryWay
from rules.zone import iso_day
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.columns import RowChange
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
    record = {"way": delivery.way.value, "delivered_on": iso_day(delivered_on), "settlement": delivery.settlement.value}
    proof = {"delivery_way": delivery.way, "delivered_on": delivered_on}
    parties = case.session.exec(select(Party).where(Party.petition_id == case.petition.id).order_by(col(Party.position)))
    change = Change(
        Event.DELIVER,
        asked={"delivered_on": delivered_on, "delivery_impossible": impossible, "reason": delivery.reason},
        columns={"delivered_on": delivered_on, "settlement": delivery.settlement},
        also=tuple(RowChange(party, proof) for party in parties),
        record=record,
        note="\n".join(filter(None, (delivery.summary, delivery.reason))),
        words={"answer": delivery.summary},
    )
    return advance(case, change, act)
