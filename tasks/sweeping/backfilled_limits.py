"""Completing the limits of cases from before: what a version that is newer than a case would have started for it."""

from datetime import datetime

from sqlalchemy import ColumnElement, Exists, String, cast, exists
from sqlmodel import Session, col, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.petition import Petition
from rules.duties import PETITION_DUTIES, SHARE_DUTIES
from tasks.limits.clocks import ON_FOOT, Special, count_clock, start_clock
from tasks.limits.rulebook import calendar
from tasks.record.act import SYSTEM, Act

REASON = "系统升级时补建，自升级之日起计"


def complete_limits(session: Session, *, as_of: datetime) -> int:
    """Start the limits that open cases lack, counted from today, and write the reasons that old ones lack.

    Counting from today accuses nobody of a lateness that nobody could know of. Doing it twice changes nothing. Returns
    how many limits were started.
    """
    act = Act(actor=SYSTEM, as_of=as_of)
    started = 0
    for state, keys in PETITION_DUTIES.items():
        without = ~_runs(col(Clock.petition_id) == col(Petition.id), keys)
        for petition in session.exec(select(Petition).where(Petition.state == state, without)).all():
            started += _start(session, petition, None, keys, act)
    for share_state, keys in SHARE_DUTIES.items():
        without = ~_runs(col(Clock.dispatch_id) == col(Dispatch.id), keys)
        for share in session.exec(select(Dispatch).where(Dispatch.state == share_state, without)).all():
            started += _start(session, session.get_one(Petition, share.petition_id), share, keys, act)
    _explain(session)
    return started


def _runs(same: ColumnElement[bool], keys: tuple[str, ...]) -> Exists:
    return exists().where(same, col(Clock.rule_key).in_(keys), col(Clock.state).in_(ON_FOOT))


def _start(session: Session, petition: Petition, share: Dispatch | None, keys: tuple[str, ...], act: Act) -> bool:
    """Start the first of the limits that exists for this case; a historic one has none."""
    for key in keys:
        if clock := start_clock(session, petition, key, act=act, dispatch=share, special=Special(since=act.today)):
            clock.start_reason = REASON
            return True
    return False


def _explain(session: Session) -> None:
    """Say how an old limit was counted, without moving it."""
    query = select(Clock, Petition).join(Petition, col(Petition.id) == col(Clock.petition_id))
    unexplained = cast(col(Clock.why), String) == "[]"
    for clock, petition in session.exec(query.where(col(Clock.state).in_(ON_FOOT), unexplained)).all():
        due = count_clock(petition, clock, calendar(session))
        kept = () if due.effective == clock.due_on else (f"保留：按现行规则应为 {due.effective}，仍以原定的 {clock.due_on} 为准",)
        clock.why = [*due.why, *kept]
