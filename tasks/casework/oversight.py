"""Overlays: urging, supervising, escalating and noting; they never change a state or move a clock."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.urging import Supervision, Urging
from models.vocabulary.case import Event
from models.vocabulary.limits import ClockOwner, ClockState, UrgingWay
from rules.deadlines import Deadline, compute_due
from rules.errors import AnswerRefusedError, TransitionRefusedError
from rules.grounds import SUPERVISION_GROUNDS, find_ground
from rules.lifecycle.share import FINISHED_UNITS
from rules.packs import LadderAction
from rules.zone import iso_day, legal_day
from tasks.casework.suspending import find_clock
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.letters.queueing import TO_POSITIONS, Order, marked_date, shown_due
from tasks.limits.clocks import Special, start_clock, stop_clock
from tasks.limits.ladder import climb_by_hand, running_duties, waiting_for
from tasks.limits.rulebook import calendar, pack_of
from tasks.record.act import Act
from tasks.record.cases import Case
from tasks.record.serials import letter_number
from tasks.transitions import Change, advance

ANSWERED_BY_HAND = ("promise", "meeting_task", "supervision_reply")
"""Limits that end when somebody notes what came back."""


DELAY = "拖延"
"""What the ladder may say of a unit by itself: that it is late. Anything more is a person's finding (条例 第四十条第一款)."""


def urge(
    case: Case, *, act: Act, way: UrgingWay, said: str, promised_on: date | None = None, order: Order | None = None
) -> Urging:
    """Urge a unit by phone or letter: who was asked, what was said, and for when an answer was promised.

    A promised day gets a clock of its own, which reminds the office. Urging about a limit that has passed moves that
    limit's ladder on; ``order`` is the ladder's own letter when it is the ladder that urges.
    """
    share = _share_at_work(case)
    if promised_on is not None and promised_on < act.happened_on:
        raise AnswerRefusedError(f"承诺日期 {promised_on} 早于催办日期 {act.happened_on}")
    record = {"position": share.position, "way": way.value, "promised_on": iso_day(promised_on)}
    written = [share.position] if way is UrgingWay.LETTER else []
    change = Change(
        Event.URGE,
        asked={"reason": said, "units": ()},
        record=record | _of(order),
        note=said,
        words={TO_POSITIONS: written, "reason": said} | _owed(order),
        order=order,
    )
    event = advance(case.whole, change, act)
    urging = Urging(
        petition_id=share.petition_id,
        dispatch_id=share.id,
        way=way,
        urged_on=act.happened_on,
        promised_on=promised_on,
        note_sealed=vault().seal(said),
    )
    case.session.add(urging)
    if promised_on is not None:
        _promise(case, act=act, on=promised_on)
    if order is None:
        _climb(case, LadderAction.URGE, act=act, event=event)
        _asked_after(case, act=act)
    return urging


def supervise(case: Case, *, act: Act, ground: str, demand: str, order: Order | None = None) -> Supervision:
    """Supervise a unit on a ground of Art. 40, with a demand and a limit for its written answer.

    The limit is the pack's ``supervision_reply``. Supervising moves the ladders of limits on that have passed.
    """
    session, share = case.session, _share_at_work(case)
    known = find_ground(SUPERVISION_GROUNDS, ground)
    counted_from = legal_day(order.leaves_at) if order and order.leaves_at else act.happened_on
    reply = _reply_due(case, counted_from)
    reply_due = reply.effective
    letter_no = letter_number(session, "督", act.happened_on)
    record = {"position": share.position, "ground": known.code if known else None, "reply_due_on": reply_due.isoformat()}
    words: dict[str, Any] = {
        TO_POSITIONS: [share.position],
        "ground": DELAY if order else known.wording if known else "",
        "reason": demand,
        "letter_no": letter_no,
        "reply_due_on": marked_date(reply_due, provisional=reply.provisional),
    }
    event = advance(case.whole, _supervising(words, record, order), act)
    supervision = Supervision(
        petition_id=share.petition_id,
        dispatch_id=share.id,
        letter_no=letter_no,
        ground=known.code if known else "",
        supervised_on=act.happened_on,
        reply_due_on=reply_due,
        note_sealed=vault().seal(demand),
    )
    session.add(supervision)
    fresh = Special(since=counted_from, anew=True)
    start_clock(session, case.petition, "supervision_reply", act=act, dispatch=share, special=fresh)
    if order is None:
        _climb(case, LadderAction.SUPERVISE, act=act, event=event)
    return supervision


def _supervising(words: dict[str, Any], record: dict[str, Any], order: Order | None) -> Change:
    """The event of a supervision: what the guard asks for stands in the words of its letter."""
    return Change(
        Event.SUPERVISE,
        asked={"ground": words["ground"], "reason": words["reason"], "units": ()},
        record=record | _of(order),
        note=words["reason"],
        words=words,
        order=order,
    )


def escalate(case: Case, *, act: Act, rung: str, reason: str) -> CaseEvent:
    """Put it on record that a person took a rung of the ladder by hand, such as a report to the vice-chair.

    ``rung`` is a key or a label of the pack's ladder. It concerns the limits of the share that the case is about, or the
    petition's own. Reporting early, or once more, is good work and goes on file as such; ``clocks`` among the event's
    facts names the limits that waited for the rung, and is missing when none did.
    """
    session, petition = case.session, case.petition
    known = next((one for one in pack_of(petition).ladder if rung in (one.key, one.label)), None)
    if known is None:
        choices = "、".join(f"{one.label}（{one.key}）" for one in pack_of(petition).ladder)
        raise AnswerRefusedError(f"升级阶梯中没有“{rung}”，可填：{choices}")
    duties = running_duties(session, petition, dispatch=case.share)
    waiting = [clock.number for clock in waiting_for(session, petition, duties, known.key, act=act)]
    position = case.share.position if case.share else None
    record = {"step": known.key, "position": position} | ({"clocks": waiting} if waiting else {})
    event = advance(case.whole, Change(Event.ESCALATE, asked={"reason": reason}, record=record, note=reason), act)
    climb_by_hand(session, petition, duties, known.key, act=act, event=event)
    return event


def record_reply(case: Case, clock_no: int, *, act: Act, said: str) -> CaseEvent:
    """Put on file what came back: to a supervision letter, on a promised day, for a task of a meeting; its clock stops."""
    session, number = case.session, case.petition.number
    clock = find_clock(case, clock_no)
    if clock.rule_key not in ANSWERED_BY_HAND or clock.state is not ClockState.RUNNING:
        raise TransitionRefusedError(f"第 {clock_no} 号期限不是等待反馈的承诺、任务或者督办（用 xinfang clocks {number} 查看）")
    record = {"clock": clock_no, "rule": clock.rule_key}
    event = advance(case.whole, Change(Event.RECORD_REPLY, asked={"reason": said}, record=record, note=said), act)
    stop_clock(session, clock, act=act, reason=Event.RECORD_REPLY.label)
    if clock.rule_key == "supervision_reply":
        _note_replied(session, clock, act)
    return event


def _note_replied(session: Session, clock: Clock, act: Act) -> None:
    """The clock counts from the day on which the letter could leave, which may be later than the supervision's own."""
    unanswered = Supervision.dispatch_id == clock.dispatch_id, col(Supervision.replied_on).is_(None)
    query = select(Supervision).where(*unanswered, col(Supervision.supervised_on) <= clock.starts_on)
    for supervision in session.exec(query.order_by(col(Supervision.id).desc()).limit(1)):
        supervision.replied_on = act.happened_on


def annotate(case: Case, *, act: Act, note: str) -> CaseEvent:
    """Put a handling record on file: a home visit, a call, a conference."""
    return advance(case.whole, Change(Event.ANNOTATE, asked={"reason": note}, note=note), act)


def _of(order: Order | None) -> dict[str, Any]:
    return order.record if order else {}


def _climb(case: Case, action: LadderAction, *, act: Act, event: CaseEvent) -> None:
    duties = running_duties(case.session, case.petition, dispatch=case.share, owner=ClockOwner.HANDLER)
    climb_by_hand(case.session, case.petition, duties, action, act=act, event=event)


def _asked_after(case: Case, *, act: Act) -> None:
    """Whoever asked a unit how it stands has done so for the next thirty days (a matter without a legal limit)."""
    for clock in running_duties(case.session, case.petition, dispatch=case.share):
        if clock.rule_key == "progress":
            stop_clock(case.session, clock, act=act, reason="已了解进展")
            start_clock(case.session, case.petition, "progress", act=act, dispatch=case.share)


def _promise(case: Case, *, act: Act, on: date) -> None:
    """A later promise takes the place of an earlier one."""
    for clock in running_duties(case.session, case.petition, dispatch=case.share):
        if clock.rule_key == "promise":
            stop_clock(case.session, clock, act=act, reason="另有承诺")
    start_clock(case.session, case.petition, "promise", act=act, dispatch=case.share, special=Special(on=on))


def _owed(order: Order | None) -> dict[str, Any]:
    return {"owed": order.clock.rule_key, "owed_on": shown_due(order.clock)} if order else {}


def _reply_due(case: Case, counted_from: date) -> Deadline:
    rule = pack_of(case.petition).rule("supervision_reply")
    return compute_due(rule, counted_from, calendar(case.session), roll_last_day=settings().roll_last_day)


def _share_at_work(case: Case) -> Dispatch:
    share = case.required_share()
    if share.state in FINISHED_UNITS:
        raise TransitionRefusedError(f"第 {share.position} 号派件的状态为“{share.state.label}”，不需要再催办、督办")
    return share
