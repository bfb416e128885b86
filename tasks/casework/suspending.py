"""Suspending a clock: with a reason, an approval and a legal basis; the days that it stood still are not counted."""

from sqlmodel import Session, col, select

from models.clock import Clock, Suspension
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import Event
from models.vocabulary.limits import ClockState, PauseGround
from rules.errors import TransitionRefusedError, UnknownCaseError
from tasks.keeping.vault import vault
from tasks.limits.clocks import Special, end_suspension, start_clock, stop_clock
from tasks.limits.ladder import passed_rungs, schedule, withdraw_waiting
from tasks.limits.rulebook import rule_of
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.transitions import Change, advance

REMINDER = "suspension_review"
"""The office's own limit while a clock stands still: nothing that is suspended may be forgotten."""


def find_clock(case: Case, number: int) -> Clock:
    """Load one clock of a petition by its number in the case file; raises ``UnknownCaseError``."""
    petition = case.petition
    clock = case.session.exec(select(Clock).where(Clock.petition_id == petition.id, Clock.number == number)).first()
    if clock is None:
        raise UnknownCaseError(f"信访件 {petition.number} 没有第 {number} 号期限（用 xinfang clocks {petition.number} 查看）")
    return clock


def suspend_clock(
    case: Case, clock_no: int, *, act: Act, reason: str, basis: str, ground: PauseGround = PauseGround.OTHER
) -> Suspension:
    """Suspend a running limit before it has passed; whoever acts approves it.

    The regulation itself knows one such time, the hearing of a re-review (条例 第三十六条第二款), and cites itself;
    for every other one the legal basis has to be named. Raises ``TransitionRefusedError``.
    """
    session, petition = case.session, case.petition
    clock = find_clock(case, clock_no)
    if clock.state is not ClockState.RUNNING:
        raise TransitionRefusedError(f"第 {clock_no} 号期限{clock.state.label}，不能中止")
    cited = _basis(petition, clock, ground, basis)
    record = {
        "clock": clock_no,
        "rule": clock.rule_key,
        "ground": ground.value,
        "basis": cited,
        "due_on": clock.due_on.isoformat(),
    }
    asked = {"reason": reason, "ground": cited, "clock_due_on": clock.due_on}
    advance(case.whole, Change(Event.SUSPEND_CLOCK, asked=asked, record=record, note=reason), act)
    clock.state, clock.next_rung, clock.next_rung_at = ClockState.SUSPENDED, None, None
    withdraw_waiting(session, clock)
    suspension = Suspension(
        clock_id=clock.id,
        ground=ground,
        basis=cited,
        began_on=act.happened_on,
        approver_code=act.actor.code,
        reason_sealed=vault().seal(reason),
    )
    session.add(suspension)
    share = session.get(Dispatch, clock.dispatch_id) if clock.dispatch_id else None
    start_clock(session, petition, REMINDER, act=act, dispatch=share, special=Special(anew=True))
    return suspension


def resume_clock(case: Case, clock_no: int, *, act: Act, reason: str) -> Clock:
    """Let a suspended limit run on; what was left of it is left again. Raises ``TransitionRefusedError``."""
    session, petition = case.session, case.petition
    clock = find_clock(case, clock_no)
    if clock.state is not ClockState.SUSPENDED:
        raise TransitionRefusedError(f"第 {clock_no} 号期限{clock.state.label}，没有中止，不能恢复")
    before, idle = clock.due_on, clock.suspended_days
    _check_order(session, clock, act)
    end_suspension(session, clock, on=act.happened_on)
    clock.state = ClockState.RUNNING
    schedule(petition, clock, passed_rungs(session, clock))
    _stop_reminder(case, clock, act)
    days = clock.suspended_days - idle
    record = {
        "clock": clock_no,
        "rule": clock.rule_key,
        "days": days,
        "before": before.isoformat(),
        "after": clock.due_on.isoformat(),
    }
    advance(case.whole, Change(Event.RESUME_CLOCK, asked={"reason": reason}, record=record, note=reason), act)
    return clock


def _check_order(session: Session, clock: Clock, act: Act) -> None:
    still = select(Suspension).where(Suspension.clock_id == clock.id, col(Suspension.ended_on).is_(None))
    for one in session.exec(still):
        if act.happened_on < one.began_on:
            raise TransitionRefusedError(f"恢复日期 {act.happened_on} 早于中止日期 {one.began_on}")


def _stop_reminder(case: Case, clock: Clock, act: Act) -> None:
    """The office no longer has to ask whether the clock should go on."""
    reminders = Clock.petition_id == case.petition.id, Clock.rule_key == REMINDER, Clock.state == ClockState.RUNNING
    query = select(Clock).where(*reminders, Clock.dispatch_id == clock.dispatch_id).order_by(col(Clock.number)).limit(1)
    for reminder in case.session.exec(query).all():
        stop_clock(case.session, reminder, act=act, reason=Event.RESUME_CLOCK.label)


def _basis(petition: Petition, clock: Clock, ground: PauseGround, basis: str) -> str:
    if ground is not PauseGround.HEARING:
        return basis.strip()
    rule = rule_of(petition, clock)
    if PauseGround.HEARING.value not in rule.excluded:
        raise TransitionRefusedError(f"“{rule.label}”没有扣除听证时间的规定；确需中止的，请写明其他法律依据")
    return f"{rule.article}（听证时间不计算在内）"


def suspension_lines(session: Session, clock: Clock) -> list[str]:
    """Say in words when, on which basis and by whose approval a clock stood still."""
    query = select(Suspension).where(Suspension.clock_id == clock.id).order_by(col(Suspension.id))
    return [
        f"中止：{one.began_on} 至 {one.ended_on or '今'}，{one.ground.label}；依据：{one.basis}；批准人工号 {one.approver_code}"
        for one in session.exec(query)
    ]
