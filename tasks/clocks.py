"""Clocks: starting, stopping and extending due dates as the lifecycle's rows say."""

from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary import ClockOwner, ClockState, Flag, PetitionClass
from rules.deadlines import Deadline, compute_due, extend
from rules.lifecycle import Transition
from rules.packs import Pack, Rule, load_packs
from rules.working_days import Calendar, load_calendar
from tasks.act import Act
from tasks.settings import settings

FROM_RECEIPT = ("divert", "notify")
UNIT_RULES = ("objection", "assign", "report_examination")
EVERY = "*"


def calendar() -> Calendar:
    """The calendar in force here, with the city's own holidays."""
    return load_calendar(settings().calendar_overlay)


def pack_of(petition: Petition) -> Pack:
    """The pack in force on the petition's registration day, which it keeps for life."""
    return load_packs().pack_for(settings().pack, petition.registered_on or petition.receipt_on)


def follow_clocks(
    session: Session, petition: Petition, row: Transition, *, act: Act, dispatch: Dispatch | None
) -> dict[str, Clock]:
    """Stop and start what the row names; returns the started clocks by rule key."""
    for key in row.stops:
        _stop(session, petition, key, act=act, dispatch=dispatch, reason=row.event.label)
    for key in row.resumes:
        _resume(session, petition, key, dispatch=dispatch)
    started = {}
    for key in row.starts:
        if clock := _start(session, petition, key, act=act, dispatch=dispatch):
            started[key] = clock
    return started


def _stop(session: Session, petition: Petition, key: str, *, act: Act, dispatch: Dispatch | None, reason: str) -> None:
    query = select(Clock).where(Clock.petition_id == petition.id, Clock.state == ClockState.RUNNING)
    if key != EVERY:
        query = query.where(Clock.rule_key == key)
    if dispatch is not None:
        query = query.where(Clock.dispatch_id == dispatch.id)
    for clock in session.exec(query):
        clock.state = ClockState.STOPPED
        clock.stopped_on = act.happened_on
        clock.stop_reason = reason


def _resume(session: Session, petition: Petition, key: str, *, dispatch: Dispatch | None) -> None:
    """Let the newest stopped clock run on with its old due date."""
    query = (
        select(Clock)
        .where(Clock.petition_id == petition.id, Clock.rule_key == key, Clock.state == ClockState.STOPPED)
        .where(Clock.dispatch_id == (dispatch.id if dispatch else None))
        .order_by(col(Clock.number).desc())
        .limit(1)
    )
    for clock in session.exec(query):
        clock.state, clock.stopped_on, clock.stop_reason = ClockState.RUNNING, None, None


def _start(session: Session, petition: Petition, key: str, *, act: Act, dispatch: Dispatch | None) -> Clock | None:
    if _not_limited(petition, key, dispatch) or _already_runs(session, petition, key, dispatch):
        return None
    if key == "upstream":
        return _start_upstream(session, petition)
    rule = pack_of(petition).rule(key)
    starts_on, reason = _start_day(petition, key, act)
    due = _due(petition, rule, starts_on)
    if key == "assign" and dispatch and dispatch.limit_on:
        raw, rolled, basis = dispatch.limit_on, dispatch.limit_on, "交办函所定期限"
    else:
        raw, rolled, basis = due.raw, due.effective, due.basis
    return _add(
        session, petition, rule_key=key, owner=ClockOwner(rule.owner),
        dispatch=dispatch if key in UNIT_RULES else None, starts_on=starts_on, reason=reason, raw=raw, due=rolled,
        provisional=due.provisional, basis=basis, due_inputs=due,
    )


def _due(petition: Petition, rule: Rule, starts_on: date) -> Deadline:
    return compute_due(
        rule, starts_on, calendar(), roll_last_day=settings().roll_last_day, pack_version=pack_of(petition).version
    )


def _start_day(petition: Petition, key: str, act: Act) -> tuple[date, str]:
    if key in FROM_RECEIPT:
        return petition.receipt_on, "收信日期"
    if key == "review_request" and petition.delivered_on:
        return petition.delivered_on, "送达日期"
    return act.happened_on, "办理日期"


def _not_limited(petition: Petition, key: str, dispatch: Dispatch | None) -> bool:
    """Say whether no rule limits this clock here: nobody to tell, a suggestion, an accusation, an old ledger row."""
    if Flag.HISTORIC in petition.flags:
        return True
    if key == "notify":
        return Flag.ANONYMOUS in petition.flags
    if key == "upstream":
        return petition.upstream_due_on is None
    if key == "review_request":
        # Only a written reply of a handling organ opens the way to a review (条例 第三十五条).
        written = petition.delivered_on is not None and petition.lead_organ_id is not None
        return not written or petition.petition_class is not PetitionClass.APPEAL
    if key in ("assign", "objection") and dispatch is not None:
        no_limit = petition.petition_class is not PetitionClass.APPEAL and dispatch.limit_on is None
        again = key == "objection" and dispatch.objections > 0
        return not dispatch.result_wanted or again or (key == "assign" and no_limit)
    return False


def _already_runs(session: Session, petition: Petition, key: str, dispatch: Dispatch | None) -> bool:
    query = select(Clock.id).where(
        Clock.petition_id == petition.id, Clock.rule_key == key, Clock.state == ClockState.RUNNING,
        Clock.dispatch_id == (dispatch.id if dispatch and key in UNIT_RULES else None),
    )
    return session.exec(query).first() is not None


def _start_upstream(session: Session, petition: Petition) -> Clock | None:
    if petition.upstream_due_on is None:
        return None
    lead = timedelta(days=settings().upstream_lead_days)
    inner = max(petition.upstream_due_on - lead, petition.receipt_on)
    return _add(
        session, petition, rule_key="upstream", owner=ClockOwner.UPSTREAM, dispatch=None, starts_on=petition.receipt_on,
        reason="来函限期", raw=inner, due=inner, provisional=False,
        basis=f"来函限期 {petition.upstream_due_on}，提前 {settings().upstream_lead_days} 日", due_inputs=None,
    )


def _add(
    session: Session,
    petition: Petition,
    *,
    rule_key: str,
    owner: ClockOwner,
    dispatch: Dispatch | None,
    starts_on: date,
    reason: str,
    raw: date,
    due: date,
    provisional: bool,
    basis: str,
    due_inputs: Deadline | None,
) -> Clock:
    number = session.exec(select(func.count()).select_from(Clock).where(Clock.petition_id == petition.id)).one() + 1
    clock = Clock(
        petition_id=petition.id, dispatch_id=dispatch.id if dispatch else None, number=number, rule_key=rule_key,
        owner=owner, starts_on=starts_on, start_reason=reason, raw_due_on=raw, due_on=due, provisional=provisional,
        basis=basis, pack_version=pack_of(petition).version,
        calendar_version=due_inputs.calendar_version if due_inputs else calendar().version,
    )
    session.add(clock)
    session.flush()
    return clock


def extension_cap(petition: Petition, rule_key: str) -> int:
    """How many days a clock under a rule may be extended by, at most."""
    rule = pack_of(petition).rule(rule_key)
    return rule.extension.max if rule.extension else 0


def extend_clock(clock: Clock, petition: Petition, days: int, *, letter_limit: date | None = None) -> None:
    """Extend a clock once, counted from its original start, never from a rolled day (条例 第三十四条).

    A limit that the letter itself sets is extended from that limit.
    """
    clock.extended_days = days
    if letter_limit is not None:
        clock.raw_due_on = clock.due_on = letter_limit + timedelta(days=days)
        return
    rule = pack_of(petition).rule(clock.rule_key)
    longer = extend(
        rule, clock.starts_on, calendar(), days=days, pack_version=clock.pack_version, roll_last_day=settings().roll_last_day
    )
    clock.raw_due_on, clock.due_on, clock.provisional = longer.raw, longer.effective, longer.provisional


def clocks_of(session: Session, petition: Petition) -> list[Clock]:
    """Load a petition's clocks in the order in which they started."""
    query = select(Clock).where(Clock.petition_id == petition.id).order_by(col(Clock.number))
    return list(session.exec(query))
