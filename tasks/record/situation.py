"""Gathering the situation that the guards look at, from one petition's rows."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Flag
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import MessageState
from rules.situation import Situation, UnitSituation
from tasks.record.act import Act
from tasks.record.cases import Case, clocks_of, dispatches_of
from tasks.record.organs import organ_by_id, organs_by_id

ASPECTS = {field.name for field in fields(Situation)}


def unit_situation(organ: Organ, today: date, dispatch: Dispatch | None = None) -> UnitSituation:
    """Describe one unit for the guards."""
    return UnitSituation(
        code=organ.code,
        name=organ.name,
        kind=organ.kind,
        district=organ.district,
        exists=organ.exists_on(today),
        state=dispatch.state if dispatch else None,
    )


def commissioned_units(case: Case, act: Act) -> tuple[UnitSituation, ...]:
    """Describe the units of a petition's newest round of dispatches."""
    shares = dispatches_of(case.session, case.petition)
    organs = organs_by_id(case.session, {share.organ_id for share in shares})
    return tuple(unit_situation(organs[share.organ_id], act.today, share) for share in shares)


def flags_of(petition: Petition) -> frozenset[Flag]:
    """Read a petition's flags."""
    return frozenset(Flag(flag) for flag in petition.flags)


def gather_situation(case: Case, act: Act, asked: Mapping[str, Any]) -> Situation:
    """Put together what is on file and what is asked for; what is asked for wins."""
    petition = case.petition
    accused = organ_by_id(case.session, petition.accused_organ_id) if petition.accused_organ_id else None
    known: dict[str, Any] = {
        "today": act.today,
        "happened_on": act.happened_on,
        "actor_code": act.actor.code,
        "actor_role": act.actor.role,
        "receipt_on": petition.receipt_on,
        "postmark_on": petition.postmark_on,
        "people_count": petition.people_count,
        "registrar_code": petition.registrar_code or "",
        "drafter_code": petition.drafter_code or "",
        "petition_class": petition.petition_class,
        "content_code": petition.content_code or "",
        "flags": flags_of(petition),
        "relation": petition.relation,
        "way": petition.way,
        "delivered_on": petition.delivered_on,
        "accused_unit": accused.code if accused else "",
    }
    if "units" not in asked:
        known["units"] = commissioned_units(case, act)
    return Situation(**(known | {name: value for name, value in asked.items() if name in ASPECTS}))


def unsent_letters(case: Case) -> int:
    """Count the petition's letters that are still on their way out; reminders of a limit hold nothing up."""
    waiting = (MessageState.QUEUED, MessageState.SENDING, MessageState.DEAD)
    query = (
        select(func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.petition_id == case.petition.id,
            col(OutboxMessage.state).in_(waiting),
            col(OutboxMessage.clock_id).is_(None),
        )
    )
    return case.session.exec(query).one()


def running_clock(case: Case, rule_key: str) -> Clock | None:
    """Find the running clock of the petition, or of the share that the case is about, under a rule."""
    share_id = case.share.id if case.share else None
    there = (clock for clock in clocks_of(case.session, case.petition) if clock.rule_key == rule_key)
    return next((clock for clock in there if clock.state is ClockState.RUNNING and clock.dispatch_id == share_id), None)


def last_event(case: Case) -> CaseEvent | None:
    """Load the newest event of a petition as a whole, or of one unit's share.

    Overlays are left out: a reminder or a note of yesterday must not forbid to enter what happened before it.
    """
    query = select(CaseEvent).where(CaseEvent.petition_id == case.petition.id)
    query = query.where(col(CaseEvent.source) != col(CaseEvent.target))
    query = query.where(CaseEvent.dispatch_id == (case.share.id if case.share else None))
    return case.session.exec(query.order_by(col(CaseEvent.seq).desc()).limit(1)).first()
