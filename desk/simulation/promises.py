"""The promises, checked on the record after a simulated year; none of them asks the code that is to keep it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from models.clock import Clock, ClockRung
from models.dispatch import Dispatch
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import State
from models.vocabulary.limits import ClockState, RungFate
from models.vocabulary.papers import MessageState
from models.vocabulary.people import Role
from rules.lifecycle.share import FINISHED_UNITS
from rules.packs import Packs
from rules.working_days import Calendar
from rules.zone import SHANGHAI, legal_day
from tasks.keeping.vault import vault
from tasks.record.verifying import verify


@dataclass(frozen=True, kw_only=True)
class Broken:
    """One promise that was not kept, and where."""

    promise: str
    where: str


PROMISES = (
    "没有一步办两次",
    "没有一步提前办",
    "夜间和休息日没有发出",
    "每个逾期的期限都已升级",
    "在办件都有期限在走",
    "结案后期限都已停止",
    "一次巡查对一个期限只说一句",
    "没有一件丢失",
    "案卷记录完整可核验",
)


AFTER_CLOSING = ("archive", "review_request", "review", "re_review_request", "re_review")


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """What the checks need to know of the year: who came in, when the sweep ran, and which hours and days count."""

    petitions: int
    sweeps: Sequence[date]
    calendar: Calendar
    packs: Packs
    opens: time
    closes: time

    def inspect(self, session: Session) -> list[Broken]:
        """Check every promise on the record."""
        checks = (
            self._twice,
            self._early,
            self._at_night,
            self._unescalated,
            self._unseen,
            self._still_running,
            self._bursts,
            self._lost,
            self._forged,
        )
        return [
            Broken(promise=promise, where=where)
            for promise, check in zip(PROMISES, checks, strict=True)
            for where in check(session)
        ]

    def _twice(self, session: Session) -> Iterator[str]:
        """Count the case events, not the rows whose key forbids it: the same clock and rung may be told once."""
        query = select(CaseEvent.petition_id, CaseEvent.facts).where(CaseEvent.actor_role == Role.SYSTEM)
        told = Counter(
            (petition, facts["clock"], facts["step"])
            for petition, facts in session.exec(query)
            if "step" in facts and "clock" in facts
        )
        yield from (f"信访件 {key[0]} 期限 {key[1]} {key[2]}：{times} 次" for key, times in told.items() if times > 1)

    def _early(self, session: Session) -> Iterator[str]:
        """Count from the due date that the event itself names, by the pack's own figures."""
        query = select(ClockRung, Clock, CaseEvent.facts).join(Clock, col(Clock.id) == col(ClockRung.clock_id))
        query = query.join(
            CaseEvent, (col(CaseEvent.petition_id) == col(Clock.petition_id)) & (col(CaseEvent.seq) == col(ClockRung.event_seq))
        )
        for rung, clock, facts in session.exec(query.where(ClockRung.fate == RungFate.ACTED)):
            due = date.fromisoformat(facts["due_on"])
            if legal_day(rung.recorded_at) < self._earliest(clock, rung.key, due):
                yield f"信访件 {clock.petition_id} 期限 {clock.number} {rung.key}：{legal_day(rung.recorded_at)}"

    def _earliest(self, clock: Clock, rung: str, due: date) -> date:
        pack = self.packs.version(clock.pack_version)
        if rung.startswith("warn_"):
            percent = int(rung.removeprefix("warn_"))
            # The raw day may lie before the rolled one, never after it; a light stands at its share of that span.
            span = (
                min(clock.raw_due_on, due) - clock.starts_on
                if clock.due_on == due
                else due - clock.starts_on - timedelta(days=10)
            )
            return due if percent >= 100 else clock.starts_on + span * percent / 100
        after = {"missed": 1} | {one.key: one.after_days for one in pack.ladder}
        return due + timedelta(days=after[rung])

    def _at_night(self, session: Session) -> Iterator[str]:
        query = select(OutboxMessage).where(col(OutboxMessage.clock_id).is_not(None), OutboxMessage.state == MessageState.SENT)
        for message in session.exec(query):
            sent = message.sent_at.astimezone(SHANGHAI) if message.sent_at else None
            if sent is None or not self.calendar.is_working(sent.date()) or not self.opens <= sent.time() < self.closes:
                yield f"函件 {message.id}：{sent}"

    def _unescalated(self, session: Session) -> Iterator[str]:
        passed: dict[int, set[str]] = {}
        for clock_id, rung in session.exec(select(ClockRung.clock_id, ClockRung.key)):
            passed.setdefault(clock_id, set()).add(rung)
        for clock in session.exec(select(Clock).where(col(Clock.duty), Clock.state != ClockState.SUSPENDED)):
            owed = self._owed(clock, clock.stopped_on or self.sweeps[-1])
            if missing := owed - passed.get(clock.id, set()):
                yield f"信访件 {clock.petition_id} 期限 {clock.number}（届满 {clock.due_on}）：缺 {'、'.join(sorted(missing))}"

    def _owed(self, clock: Clock, end: date) -> set[str]:
        """The rungs that a sweep must have seen by the day on which the clock ended, or the year did."""
        pack = self.packs.version(clock.pack_version)
        last = max((day for day in self.sweeps if day <= end), default=date.min)
        after = {"missed": 1} | {rung.key: rung.after_days for rung in pack.escalations_for(pack.rule(clock.rule_key))}
        return {rung for rung, days in after.items() if clock.due_on + timedelta(days=days) <= last}

    def _unseen(self, session: Session) -> Iterator[str]:
        """Whatever waits for somebody has a duty that runs, or stands still on a legal basis."""
        running: dict[int, set[int | None]] = {}
        on_foot = col(Clock.state) != ClockState.STOPPED
        for petition_id, dispatch_id in session.exec(
            select(Clock.petition_id, Clock.dispatch_id).where(col(Clock.duty), on_foot)
        ):
            running.setdefault(petition_id, set()).add(dispatch_id)
        ended = (State.ARCHIVED, State.VOID, State.ATTACHED)
        for petition in session.exec(select(Petition).where(col(Petition.state).not_in(ended))):
            if petition.id not in running:
                yield f"{petition.number}（{petition.state.label}）"
        for share in session.exec(select(Dispatch).where(col(Dispatch.state).not_in(FINISHED_UNITS))):
            if share.id not in running.get(share.petition_id, set()):
                yield f"派件 {share.id}（{share.state.label}）"

    def _still_running(self, session: Session) -> Iterator[str]:
        """Nothing runs on after the archive; after closing only the archive's own limit and what a review needs."""
        query = select(Clock.petition_id, Clock.number, Clock.rule_key, Petition.state).join(
            Petition, col(Petition.id) == col(Clock.petition_id)
        )
        closed = (State.DONE, State.FINAL, State.WITHDRAWN, State.ARCHIVED, State.VOID)
        for petition, number, rule, state in session.execute(
            query.where(col(Petition.state).in_(closed), col(Clock.state) != ClockState.STOPPED)
        ):
            if state in (State.ARCHIVED, State.VOID) or rule not in AFTER_CLOSING:
                yield f"信访件 {petition} 期限 {number}（{rule}）"

    def _bursts(self, session: Session) -> Iterator[str]:
        query = select(OutboxMessage.clock_id, OutboxMessage.created_at).where(col(OutboxMessage.clock_id).is_not(None))
        told = Counter(session.exec(query).all())
        yield from (f"期限 {clock_id} 于 {at}：{times} 份" for (clock_id, at), times in told.items() if times > 1)

    def _lost(self, session: Session) -> Iterator[str]:
        there = len(session.exec(select(Petition.id).where(col(Petition.number).is_not(None))).all())
        if there != self.petitions:
            yield f"登记 {self.petitions} 件，在册 {there} 件"

    def _forged(self, session: Session) -> Iterator[str]:
        yield from (f"{finding.number}：{finding.problem}" for finding in verify(session, vault()).findings)
