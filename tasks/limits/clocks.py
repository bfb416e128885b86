"""Clocks: starting, stopping, resuming and extending due dates as the lifecycle's rows say."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.clock import Clock, Suspension
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Event
from models.vocabulary.limits import ClockState, Whose
from rules.deadlines import Adjusted, Deadline, count_adjusted, extend
from rules.ladder import MISSED
from rules.lifecycle.row import Transition
from rules.limits import LimitSituation, ShareSituation, Start, begin, missing
from rules.packs import Rule, TimeUnit
from rules.working_days import Calendar
from rules.zone import legal_day
from tasks.keeping.settings import settings
from tasks.limits.ladder import passed_rungs, schedule, withdraw_waiting
from tasks.limits.rulebook import calendar, pack_of, rule_of
from tasks.record.act import Act
from tasks.record.cases import clocks_of, dispatches_of
from tasks.record.locked import add_part
from tasks.record.situation import flags_of

ON_FOOT = (ClockState.RUNNING, ClockState.SUSPENDED)
EVERY = "*"


def follow_clocks(
    session: Session, petition: Petition, row: Transition, *, act: Act, dispatch: Dispatch | None
) -> dict[str, Clock]:
    """Stop and start what the row names; returns the started clocks by rule key."""
    if not (row.stops or row.resumes or row.starts):
        return {}
    there = clocks_of(session, petition)
    for running in _to_stop(there, row.stops, dispatch):
        stop_clock(session, running, act=act, reason=row.event.label)
    for key in row.resumes:
        _resume(session, petition, key, there, dispatch=dispatch)
    started: dict[str, Clock] = {}
    for key in row.starts:
        for share in _shares_for(session, petition, key, dispatch):
            if clock := start_clock(session, petition, key, act=act, dispatch=share):
                started[key] = clock
    return started


def _to_stop(there: list[Clock], keys: tuple[str, ...], dispatch: Dispatch | None) -> list[Clock]:
    return [
        clock
        for clock in there
        if clock.state in ON_FOOT
        and (EVERY in keys or clock.rule_key in keys)
        and (dispatch is None or clock.dispatch_id == dispatch.id)
    ]


def _shares_for(session: Session, petition: Petition, key: str, dispatch: Dispatch | None) -> list[Dispatch | None]:
    """A unit's limit that the petition's own row names starts for every unit that has still to sign for its papers."""
    if dispatch is not None or pack_of(petition).rule(key).whose is not Whose.SHARE:
        return [dispatch]
    return [share for share in dispatches_of(session, petition) if share.state is DispatchState.AWAITING_SIGN_IN]


def stop_clock(session: Session, clock: Clock, *, act: Act, reason: str) -> None:
    """Stop one clock; what still waits to be sent on its account is cancelled."""
    if clock.state is ClockState.SUSPENDED:
        end_suspension(session, clock, on=act.happened_on)
    withdraw_waiting(session, clock)
    clock.state, clock.stopped_on, clock.stop_reason = ClockState.STOPPED, act.happened_on, reason
    clock.next_rung = clock.next_rung_at = None


def end_suspension(session: Session, clock: Clock, *, on: date) -> None:
    """Count the days that a suspended clock stood still into its due date; what was left of it is left again."""
    petition = session.get_one(Petition, clock.petition_id)
    still = select(Suspension).where(Suspension.clock_id == clock.id, col(Suspension.ended_on).is_(None))
    for one in session.exec(still):
        one.ended_on, one.days = on, _days_lost(session, petition, clock, one.began_on, on)
        clock.suspended_days += one.days
    due = count_clock(petition, clock, calendar(session))
    if due.effective < clock.due_on:  # a date that was kept when the calendar changed stays kept
        kept = f"保留：按现行日历应为 {due.effective}，早于原定的 {clock.due_on}，仍以原定日期为准"
        due = replace(due, raw=clock.raw_due_on, effective=clock.due_on, why=(*due.why, kept))
    set_due(clock, due)


def _days_lost(session: Session, petition: Petition, clock: Clock, began_on: date, ended_on: date) -> int:
    """Count the days that a limit stood still, the first day not counted, in the limit's own unit.

    One that was suspended within the rest days over which it had rolled stood still since its counted day: otherwise
    it would be over before it is resumed.
    """
    in_working_days = rule_of(petition, clock).unit is TimeUnit.WORKING_DAY
    first = began_on if in_working_days or ended_on < began_on else min(began_on, clock.raw_due_on)
    days = [first + timedelta(days=offset) for offset in range(1, (ended_on - first).days + 1)]
    return sum(calendar(session).is_working(day) for day in days) if in_working_days else len(days)


def _resume(session: Session, petition: Petition, key: str, there: list[Clock], *, dispatch: Dispatch | None) -> None:
    """Let the newest stopped clock run on with its old due date; its ladder goes on where it stood."""
    stopped = [
        clock
        for clock in there
        if clock.rule_key == key
        and clock.state is ClockState.STOPPED
        and clock.dispatch_id == (dispatch.id if dispatch else None)
    ]
    for clock in stopped[-1:]:
        clock.state, clock.stopped_on, clock.stop_reason = ClockState.RUNNING, None, None
        schedule(petition, clock, passed_rungs(session, clock))


@dataclass(frozen=True, kw_only=True)
class Special:
    """What is special about a limit that is started beside the lifecycle's rows; days in Asia/Shanghai.

    ``on`` is the last day that a meeting or a promise has just set, ``since`` the first day where it is not the one of
    the pack, and ``anew`` starts one more beside those that run.
    """

    on: date | None = None
    since: date | None = None
    anew: bool = False


PLAIN = Special()


def start_clock(
    session: Session, petition: Petition, key: str, *, act: Act, dispatch: Dispatch | None, special: Special = PLAIN
) -> Clock | None:
    """Start a limit, unless the pack has none for this case or one is running already."""
    rule = pack_of(petition).rule(key)
    share = None if rule.whose is Whose.PETITION else dispatch
    seen = limit_situation(petition, share, act=act)
    start = begin(pack_of(petition), key, seen, on=special.on, since=special.since)
    if start is None:
        return None
    known = clocks_of(session, petition)
    if not (special.anew or special.on) and _already_runs(known, key, share):  # every promise and task has its own day
        return None
    clock = _new_clock(petition, rule, share, start, number=len(known) + 1)
    set_due(clock, count_clock(petition, clock, calendar(session)))
    schedule(petition, clock, ())
    add_part(session, petition, "clocks", clock)
    return clock


def limit_situation(petition: Petition, share: Dispatch | None, *, act: Act) -> LimitSituation:
    """Gather what the law of limits may look at."""
    return LimitSituation(
        acted_on=act.happened_on,
        submitted_on=legal_day(petition.created_at),
        receipt_on=petition.receipt_on,
        delivered_on=petition.delivered_on,
        petition_class=petition.petition_class,
        flags=flags_of(petition),
        handled=petition.lead_organ_id is not None,
        upstream_due_on=petition.upstream_due_on,
        lead_days=settings().upstream_lead_days,
        share=_share_situation(share) if share else None,
    )


def _share_situation(share: Dispatch) -> ShareSituation:
    return ShareSituation(
        received_on=share.signed_in_on, result_wanted=share.result_wanted, objections=share.objections, limit_on=share.limit_on
    )


def _new_clock(petition: Petition, rule: Rule, share: Dispatch | None, start: Start, *, number: int) -> Clock:
    return Clock(
        petition_id=petition.id,
        dispatch_id=share.id if share else None,
        number=number,
        rule_key=rule.key,
        owner=rule.owner,
        duty=rule.duty,
        starts_on=start.on,
        start_reason=start.reason,
        raw_due_on=start.on,
        due_on=start.on,
        basis=start.basis,
        pack_version=pack_of(petition).version,
        calendar_version="",
        given_on=start.given_on,
        why=[],  # given, for a default is looked into every time
    )


def count_clock(petition: Petition, clock: Clock, by: Calendar) -> Deadline:
    """Count a clock from its stored inputs by the pack it was started under and a calendar."""
    changed = Adjusted(extended=clock.extended_days, paused=clock.suspended_days, given=clock.given_on)
    return count_adjusted(
        rule_of(petition, clock),
        clock.starts_on,
        by,
        changed,
        pack_version=clock.pack_version,
        roll_last_day=settings().roll_last_day,
    )


def set_due(clock: Clock, due: Deadline) -> None:
    """Write a computed due date into a clock, with the versions it was computed by and the reasons in words."""
    clock.raw_due_on, clock.due_on, clock.provisional = due.raw, due.effective, due.provisional
    clock.calendar_version, clock.why = due.calendar_version, list(due.why)


def stop_what_no_longer_counts(session: Session, petition: Petition, *, act: Act) -> None:
    """Stop the limits that run in spite of what is known by now, where the pack says what governs instead."""
    pack = pack_of(petition)
    shares: dict[int | None, Dispatch] = {share.id: share for share in dispatches_of(session, petition)}
    for clock in clocks_of(session, petition):
        rule = pack.rule(clock.rule_key)
        seen = limit_situation(petition, shares.get(clock.dispatch_id), act=act)
        if clock.state in ON_FOOT and rule.otherwise and missing(pack, rule.key, seen, on=clock.given_on):
            stop_clock(session, clock, act=act, reason=rule.otherwise)


def _already_runs(there: list[Clock], key: str, share: Dispatch | None) -> bool:
    share_id = share.id if share else None
    return any(clock.rule_key == key and clock.state in ON_FOOT and clock.dispatch_id == share_id for clock in there)


def extension_cap(petition: Petition, rule_key: str) -> int:
    """How many days a clock under a rule may be extended by, at most."""
    rule = pack_of(petition).rule(rule_key)
    return rule.extension.max if rule.extension else 0


def extend_clock(session: Session, clock: Clock, petition: Petition, days: int, *, act: Act) -> Clock:
    """Extend a clock once, counted from its original start, never from a rolled day (条例 第三十四条).

    A limit that the letter itself sets is extended from that limit. One that was asked for in time and granted after the
    old day had passed keeps its record: a clock of its own runs on to the new day. Returns the clock that runs. Raises
    ``DeadlineError`` beyond the rule's cap.
    """
    extend(rule_of(petition, clock), clock.starts_on, calendar(session), days=days)
    clock = fresh_record(session, petition, clock, act=act, reason=f"{Event.GRANT_EXTENSION.label}，另行计时")
    clock.extended_days = days
    set_due(clock, count_clock(petition, clock, calendar(session)))
    schedule(petition, clock, passed_rungs(session, clock))
    session.flush()
    return clock


def fresh_record(session: Session, petition: Petition, clock: Clock, *, act: Act, reason: str) -> Clock:
    """Get a clock ready to run to a later day: what waits to be sent goes, and one that was missed hands over to another.

    A step is taken once a clock; a limit that was missed and then moved may be missed again, and has to climb again.
    """
    if MISSED not in passed_rungs(session, clock):
        withdraw_waiting(session, clock)
        return clock
    stop_clock(session, clock, act=act, reason=reason)
    kept = {name: getattr(clock, name) for name in KEPT_WHEN_EXTENDED}
    clock = Clock(**kept, number=len(clocks_of(session, petition)) + 1)
    add_part(session, petition, "clocks", clock)
    session.flush()
    return clock


KEPT_WHEN_EXTENDED = (
    "petition_id",
    "dispatch_id",
    "rule_key",
    "owner",
    "duty",
    "starts_on",
    "start_reason",
    "raw_due_on",
    "due_on",
    "basis",
    "pack_version",
    "calendar_version",
    "given_on",
    "suspended_days",
    "extended_days",
)
