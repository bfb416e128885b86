"""Taking rungs of a clock's ladder: the event in the case file, the one message that still makes sense, the record."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import Session, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event
from models.vocabulary.limits import RungFate, UrgingWay
from models.vocabulary.papers import MessageState
from rules.ladder import Climb, Rung, RungKind
from rules.letters import is_the_units, letter_of_rung
from rules.packs import LadderAction
from rules.zone import days_left, legal_day
from tasks.casework.oversight import supervise, urge
from tasks.keeping.settings import settings
from tasks.letters.queueing import Order, chinese_date, shown_due
from tasks.limits.ladder import ladder_of, record_rung, rungs_taken, withdraw_waiting
from tasks.limits.rulebook import calendar, office_hours, rule_of
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.organs import organ_by_id
from tasks.transitions import Change, advance

EVENTS = {RungKind.WARN: Event.WARN, RungKind.MISS: Event.MISS, RungKind.ESCALATE: Event.ESCALATE}


def take_rungs(case: Case, clock: Clock, wanted: Climb, *, act: Act) -> None:
    """Take the rungs that a clock needs now, each with an event of its own, and note those that are overtaken."""
    session, petition = case.session, case.petition
    share = session.get(Dispatch, clock.dispatch_id) if clock.dispatch_id else None
    withdraw_waiting(session, clock)
    for rung in wanted.acts:
        speaks = rung is wanted.message
        record: dict[str, Any] = {
            "clock": clock.number,
            "rule": clock.rule_key,
            "step": rung.key,
            "due_on": clock.due_on.isoformat(),
        }
        if speaks and wanted.overtaken:
            record["overtaken"] = [lower.key for lower in wanted.overtaken]
        silent = Order(clock=clock, record=record)
        _take(case, rung, _spoken(session, replace(silent, share=share), rung, act) if speaks else silent, act)
        record_rung(session, clock, rung, RungFate.ACTED, event_seq=petition.last_seq, as_of=act.as_of)
    for rung in wanted.overtaken:
        record_rung(session, clock, rung, RungFate.OVERTAKEN, event_seq=petition.last_seq, as_of=act.as_of)
    session.flush()


def _take(case: Case, rung: Rung, order: Order, act: Act) -> None:
    action = rung.escalation.action if rung.escalation and rung.escalation.automatic and _is_the_units(order) else None
    if action is LadderAction.URGE:
        urge(case.of(order.share), act=act, way=UrgingWay.LETTER, said=_said(case.petition, order, act), order=order)
    elif action is LadderAction.SUPERVISE and rung.escalation:
        demand = f"{_said(case.petition, order, act)}，请书面说明原因，抓紧办理"
        supervise(case.of(order.share), act=act, ground=rung.escalation.supervision_ground, demand=demand, order=order)
    else:
        asked: dict[str, Any] = {"reason": rung.label, "units": ()}
        words = _words(case, order, rung, act) if order.letter else {}
        advance(case, Change(EVENTS[rung.kind], asked=asked, record=order.record, words=words, order=order), act)


def _is_the_units(order: Order) -> bool:
    return is_the_units(order.clock.owner, order.share.state if order.share else None)


def _spoken(session: Session, order: Order, rung: Rung, act: Act) -> Order:
    """Give an order its letter, and the instant from which on it may leave."""
    leaves_at = office_hours().next_open(act.as_of, calendar(session))
    return replace(order, leaves_at=leaves_at, letter=letter_of_rung(rung, units=_is_the_units(order)))


def _read_on(order: Order, act: Act) -> date:
    """The day on which a message leaves, and from which its reader counts."""
    return legal_day(order.leaves_at) if order.leaves_at else act.today


def _said(petition: Petition, order: Order, act: Act) -> str:
    clock = order.clock
    late = -days_left(clock.due_on, _read_on(order, act))
    return f"“{rule_of(petition, clock).label}”的期限为{shown_due(clock)}，已逾期{late}日"


def _words(case: Case, order: Order, rung: Rung, act: Act) -> dict[str, Any]:
    """What a warning, an alert or a report says about a limit; nothing of the matter itself."""
    session, petition = case.session, case.petition
    clock = order.clock
    own = settings().office_name
    unit = organ_by_id(session, order.share.organ_id).name if order.share and _is_the_units(order) else own
    return {
        "clock_label": _label(petition, clock),
        "due_on": shown_due(clock),
        "step": rung.label,
        "basis": clock.basis,
        "days": str(abs(days_left(clock.due_on, _read_on(order, act)))),
        "tried": _tried(session, petition, clock),
        "unit_name": unit,
        "may_extend": "是" if rule_of(petition, clock).extension and order.share and not order.share.extensions else "",
    }


def _label(petition: Petition, clock: Clock) -> str:
    """Name a limit; of an upstream letter's the real day beside our own, which is earlier."""
    label = rule_of(petition, clock).label
    if clock.rule_key == "upstream" and petition.upstream_due_on:
        return f"{label}，来函所定为{chinese_date(petition.upstream_due_on)}，"
    return label


def _tried(session: Session, petition: Petition, clock: Clock) -> str:
    """Name the rungs that were really taken after the limit had passed, with their days; not what never left."""
    query = select(OutboxMessage.event_seq).where(
        OutboxMessage.clock_id == clock.id, OutboxMessage.state == MessageState.CANCELLED
    )
    never_left = set(session.exec(query))
    labels = {rung.key: rung.label for rung in ladder_of(petition, clock) if rung.kind is RungKind.ESCALATE}
    taken = [rung for rung in rungs_taken(session, clock) if rung.key in labels and rung.fate is not RungFate.OVERTAKEN]
    taken = [rung for rung in taken if rung.event_seq not in never_left]
    return "；".join(f"{chinese_date(legal_day(rung.recorded_at))}{labels[rung.key]}" for rung in taken)
