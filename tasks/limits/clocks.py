"""Clocks: starting, stopping, resuming and extending due dates as the lifecycle's rows say."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from models.clock import Clock, Suspension
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Event, Flag, PetitionClass
from models.vocabulary.limits import ClockOwner, ClockState
from rules.deadlines import Adjusted, Deadline, count_adjusted, extend
from rules.ladder import MISSED
from rules.lifecycle.row import Transition
from rules.packs import Rule, Unit
from tasks.keeping.settings import settings
from tasks.limits.ladder import passed_steps, schedule, withdraw_waiting
from tasks.limits.rulebook import calendar, pack_of, rule_of
from tasks.record.act import Act
from tasks.record.cases import clocks_of, dispatches_of
from tasks.record.locked import add_part

START_WORDS = {
    "register": "提交登记之日",
    "divert": "收信日期",
    "notify": "收信日期",
    "upstream": "收信日期",
    "review_request": "送达日期",
}
FROM_RECEIPT = ("divert", "notify", "upstream")
UNIT_RULES = (
    "sign_in",
    "objection",
    "assign",
    "progress",
    "report_examination",
    "promise",
    "meeting_task",
    "supervision_reply",
    "objection_decision",
    "extension_decision",
    "suspension_review",
)
"""Limits of one unit's share; all others belong to the petition itself."""

LETTER_LIMIT = "交办函所定期限"
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
            if clock := start_clock(session, petition, key, act=act, dispatch=share, there=there):
                there.append(clock)
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
    if dispatch is not None or key not in UNIT_RULES:
        return [dispatch]
    return [share for share in dispatches_of(session, petition) if share.state is DispatchState.AWAITING_SIGN_IN]


def stop_clock(session: Session, clock: Clock, *, act: Act, reason: str) -> None:
    """Stop one clock; what still waits to be sent on its account is cancelled."""
    if clock.state is ClockState.SUSPENDED:
        end_suspension(session, clock, on=act.happened_on)
    withdraw_waiting(session, clock)
    clock.state, clock.stopped_on, clock.stop_reason = ClockState.STOPPED, act.happened_on, reason
    clock.next_step = clock.next_step_at = None


def end_suspension(session: Session, clock: Clock, *, on: date) -> None:
    """Count the days that a suspended clock stood still into its due date; what was left of it is left again."""
    petition = session.get_one(Petition, clock.petition_id)
    still = select(Suspension).where(Suspension.clock_id == clock.id, col(Suspension.ended_on).is_(None))
    for one in session.exec(still):
        one.ended_on, one.days = on, _days_lost(session, petition, clock, one.began_on, on)
        clock.suspended_days += one.days
    due = count_clock(session, petition, clock)
    if due.effective < clock.due_on:  # a date that was kept when the calendar changed stays kept
        kept = f"保留：按现行日历应为 {due.effective}，早于原定的 {clock.due_on}，仍以原定日期为准"
        due = replace(due, raw=clock.raw_due_on, effective=clock.due_on, steps=(*due.steps, kept))
    set_due(clock, due)


def _days_lost(session: Session, petition: Petition, clock: Clock, began_on: date, ended_on: date) -> int:
    """Count the days that a limit stood still, the first day not counted, in the limit's own unit.

    One that was suspended within the rest days over which it had rolled stood still since its counted day: otherwise
    it would be over before it is resumed.
    """
    in_working_days = rule_of(petition, clock).unit is Unit.WORKING_DAY
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
        schedule(petition, clock, passed_steps(session, clock))


@dataclass(frozen=True, kw_only=True)
class Given:
    """A day that a letter, a meeting or a promise set itself, and how that is cited."""

    on: date
    basis: str


def start_clock(
    session: Session,
    petition: Petition,
    key: str,
    *,
    act: Act,
    dispatch: Dispatch | None,
    given: Given | None = None,
    there: list[Clock] | None = None,
    anew: bool = False,
    starts_on: date | None = None,
) -> Clock | None:
    """Start a limit, unless none exists here or one is running already; a share's limit belongs to the share.

    ``there`` are the petition's clocks if the caller has loaded them; with ``anew`` one more starts beside those that run.
    ``starts_on`` overrides the day (Asia/Shanghai) from which the rule usually counts.
    """
    share = dispatch if key in UNIT_RULES else None
    rule = pack_of(petition).rule(key)
    given = given or _given_day(petition, key, share)
    if _not_limited(petition, rule, share, given):
        return None
    known = clocks_of(session, petition) if there is None else there
    if not (anew or given) and _already_runs(known, key, share):  # every promise, task and letter has a day of its own
        return None
    clock = _new_clock(
        petition, rule, share, number=len(known) + 1, starts_on=starts_on or _start_day(petition, key, act), given=given
    )
    set_due(clock, count_clock(session, petition, clock))
    schedule(petition, clock, ())
    add_part(session, petition, "clocks", clock)
    return clock


def _new_clock(
    petition: Petition, rule: Rule, share: Dispatch | None, *, number: int, starts_on: date, given: Given | None
) -> Clock:
    return Clock(
        petition_id=petition.id,
        dispatch_id=share.id if share else None,
        number=number,
        rule_key=rule.key,
        owner=ClockOwner(rule.owner),
        duty=rule.duty,
        starts_on=starts_on,
        start_reason=START_WORDS.get(rule.key, rule.starts_on),
        raw_due_on=starts_on,
        due_on=starts_on,
        basis=given.basis if given else rule.article,
        pack_version=pack_of(petition).version,
        calendar_version="",
        given_on=given.on if given else None,
        why=[],  # given, for a default is looked into every time
    )


def count_clock(session: Session, petition: Petition, clock: Clock) -> Deadline:
    """Count a clock from its stored inputs by the pack it was started under and the calendar in force."""
    changed = Adjusted(extended=clock.extended_days, paused=clock.suspended_days, given=clock.given_on)
    return count_adjusted(
        rule_of(petition, clock),
        clock.starts_on,
        calendar(session),
        changed,
        pack_version=clock.pack_version,
        roll_last_day=settings().roll_last_day,
    )


def set_due(clock: Clock, due: Deadline) -> None:
    """Write a computed due date into a clock, with the versions it was computed by and the reasons in words."""
    clock.raw_due_on, clock.due_on, clock.provisional = due.raw, due.effective, due.provisional
    clock.calendar_version, clock.why = due.calendar_version, list(due.steps)


def _start_day(petition: Petition, key: str, act: Act) -> date:
    if key in FROM_RECEIPT:
        return petition.receipt_on
    if key == "review_request" and petition.delivered_on:
        return petition.delivered_on
    return act.happened_on


def _given_day(petition: Petition, key: str, share: Dispatch | None) -> Given | None:
    if key == "assign" and share and share.limit_on:
        return Given(on=share.limit_on, basis=LETTER_LIMIT)
    if key == "upstream" and petition.upstream_due_on:
        lead = settings().upstream_lead_days
        inner = max(petition.upstream_due_on - timedelta(days=lead), petition.receipt_on)
        return Given(on=inner, basis=f"来函限期 {petition.upstream_due_on}，提前 {lead} 日")
    return None


def _not_limited(petition: Petition, rule: Rule, share: Dispatch | None, given: Given | None) -> bool:
    """Say whether no rule limits this clock here: nobody to tell, no such limit for the class, an old ledger row."""
    if Flag.HISTORIC in petition.flags:
        return True
    if given is None and petition.petition_class is not None and not rule.applies_to(_kind(petition.petition_class)):
        return True
    if rule.key == "notify":
        return Flag.ANONYMOUS in petition.flags or Flag.LITIGATION in petition.flags
    if rule.key == "upstream":
        return given is None
    if rule.key == "review_request":
        # Only a written reply of a handling organ opens the way to a review (条例 第三十五条).
        return petition.delivered_on is None or petition.lead_organ_id is None
    if rule.key == "objection" and share is not None:
        return not share.result_wanted or share.objections > 0
    if rule.key == "progress" and share is not None:
        return not share.result_wanted or share.limit_on is not None
    return rule.key == "assign" and not (share is not None and share.result_wanted)


def _kind(petition_class: PetitionClass) -> str:
    """Name the kind of matter in the pack's words; every appeal that units handle goes the ordinary way (条例 第三十一条第六项)."""
    return "ordinary_appeal" if petition_class is PetitionClass.APPEAL else petition_class.value


def stop_what_no_longer_counts(session: Session, petition: Petition, *, act: Act) -> None:
    """Stop the office's duty to notify once the class shows that other rules govern it (条例 第二十三条第四款)."""
    rule = pack_of(petition).rule("notify")
    if not _not_limited(petition, rule, None, None):
        return
    for clock in clocks_of(session, petition):
        if clock.rule_key == rule.key and clock.state in ON_FOOT:
            stop_clock(session, clock, act=act, reason="依第二十三条第四款另行规定")


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
    set_due(clock, count_clock(session, petition, clock))
    schedule(petition, clock, passed_steps(session, clock))
    session.flush()
    return clock


def fresh_record(session: Session, petition: Petition, clock: Clock, *, act: Act, reason: str) -> Clock:
    """Get a clock ready to run to a later day: what waits to be sent goes, and one that was missed hands over to another.

    A step is taken once a clock; a limit that was missed and then moved may be missed again, and has to climb again.
    """
    if MISSED not in passed_steps(session, clock):
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
