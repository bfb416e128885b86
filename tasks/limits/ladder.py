"""Ladders of clocks: which rung is next and when, which are over, and what a rung taken by hand does to them."""

from collections.abc import Collection, Iterable
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.clock import Clock, ClockRung
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.limits import ClockOwner, ClockState, RungFate
from models.vocabulary.papers import MessageState
from rules.ladder import Rung, RungKind, below, next_rung, rungs
from rules.packs import LadderAction, TimeUnit
from rules.zone import SHANGHAI
from tasks.limits.rulebook import pack_of
from tasks.record.act import Act

WEEK, WORK_WEEK = 7, 5


def ladder_of(petition: Petition, clock: Clock) -> tuple[Rung, ...]:
    """Lay out a clock's rungs by the pack that the petition keeps; a right has none."""
    if not clock.duty:
        return ()
    pack = pack_of(petition)
    rule = pack.rule(clock.rule_key)
    # Days that are not counted light no lamp: what is left of the span stands after them.
    idle = clock.suspended_days * WEEK // WORK_WEEK if rule.unit is TimeUnit.WORKING_DAY else clock.suspended_days
    start = clock.starts_on + timedelta(days=idle)
    return rungs(pack, rule, start=start, raw=clock.raw_due_on, due=clock.due_on)


def withdraw_waiting(session: Session, clock: Clock) -> None:
    """Cancel what still waits to leave on a clock's account: what happened to it now makes it pointless.

    A numbered letter keeps its number. A clock that has climbed nothing yet has sent nothing.
    """
    if clock.id is None or _stands_at_its_foot(session, clock):
        return
    waiting = col(OutboxMessage.clock_id) == clock.id, col(OutboxMessage.state) == MessageState.QUEUED
    session.execute(update(OutboxMessage).where(*waiting).values(state=MessageState.CANCELLED))


def _stands_at_its_foot(session: Session, clock: Clock) -> bool:
    """Say whether a clock's next rung is its ladder's first one; a right has no ladder at all."""
    ladder = ladder_of(session.get_one(Petition, clock.petition_id), clock)
    return not ladder or clock.next_rung == ladder[0].key


def passed_rungs(session: Session, clock: Clock) -> set[str]:
    """Name the rungs of a clock that are over."""
    return set(session.exec(select(ClockRung.key).where(ClockRung.clock_id == clock.id)))


def schedule(petition: Petition, clock: Clock, passed: Collection[str]) -> None:
    """Note the clock's next rung and the midnight (Asia/Shanghai) from which on it is due; nothing when it stands."""
    rung = next_rung(ladder_of(petition, clock), passed) if clock.state is ClockState.RUNNING else None
    clock.next_rung = rung.key if rung else None
    clock.next_rung_at = datetime.combine(rung.due_on, time.min, tzinfo=SHANGHAI) if rung else None


def record_rung(session: Session, clock: Clock, rung: Rung, fate: RungFate, *, event_seq: int, as_of: datetime) -> None:
    """Put it on record that a rung is over; doing so twice breaks the unique key and with it the transaction."""
    session.add(
        ClockRung(
            clock_id=clock.id,
            key=rung.key,
            fate=fate,
            due_on=rung.due_on,
            recorded_at=as_of,
            event_seq=event_seq,
            announced=fate is RungFate.OVERTAKEN,
        )
    )


def climb_by_hand(
    session: Session, petition: Petition, clocks: Iterable[Clock], wanted: LadderAction | str, *, act: Act, event: CaseEvent
) -> list[int]:
    """Move ladders on after a person took a rung, named by its action or its key; returns the clocks' numbers.

    A rung answers a missed limit: what was done while the limit was still running counts as good work, not as the
    rung that follows when it is missed. The rungs under it are overtaken.
    """
    moved = []
    for clock in clocks:
        ladder, passed = ladder_of(petition, clock), passed_rungs(session, clock)
        rung = _to_take(clock, ladder, passed, wanted, act)
        if rung is None:
            continue
        withdraw_waiting(session, clock)
        record_rung(session, clock, rung, RungFate.BY_HAND, event_seq=event.seq, as_of=act.as_of)
        lower = below(ladder, rung.key, passed)
        for one in lower:
            record_rung(session, clock, one, RungFate.OVERTAKEN, event_seq=event.seq, as_of=act.as_of)
        schedule(petition, clock, {*passed, rung.key, *(one.key for one in lower)})
        moved.append(clock.number)
    session.flush()
    return moved


def waiting_for(
    session: Session, petition: Petition, clocks: Iterable[Clock], wanted: LadderAction | str, *, act: Act
) -> list[Clock]:
    """Name the clocks whose ladder a rung taken by hand now would move on."""
    return [clock for clock in clocks if _to_take(clock, ladder_of(petition, clock), passed_rungs(session, clock), wanted, act)]


def _to_take(
    clock: Clock, ladder: Collection[Rung], passed: Collection[str], wanted: LadderAction | str, act: Act
) -> Rung | None:
    """Find the rung that a rung taken by hand stands for; none before the limit has passed, or once it is over."""
    if clock.due_on >= act.happened_on:
        return None
    return next((rung for rung in ladder if _is(rung, wanted) and rung.key not in passed), None)


def running_duties(
    session: Session, petition: Petition, *, dispatch: Dispatch | None, owner: ClockOwner | None = None
) -> list[Clock]:
    """Load the running duties of a share, or those of the petition itself."""
    query = select(Clock).where(Clock.petition_id == petition.id, Clock.state == ClockState.RUNNING, col(Clock.duty))
    query = query.where(Clock.dispatch_id == (dispatch.id if dispatch else None))
    if owner is not None:
        query = query.where(Clock.owner == owner)
    return list(session.exec(query.order_by(col(Clock.number))))


def rungs_taken(session: Session, clock: Clock) -> list[ClockRung]:
    """Load the rungs of a clock that are over, in the order in which they were put on record."""
    return list(session.exec(select(ClockRung).where(ClockRung.clock_id == clock.id).order_by(col(ClockRung.id))))


def _is(rung: Rung, wanted: LadderAction | str) -> bool:
    if rung.kind is not RungKind.ESCALATE or rung.escalation is None:
        return False
    found: Any = rung.escalation.action if isinstance(wanted, LadderAction) else rung.key
    return bool(found == wanted)
