"""The sweep: finds clocks whose next rung is due, looks again under the lock, and acts exactly once.

Many may sweep at once and any of them may die: a clock is looked at under its petition's row lock, and a rung that
was taken is a row with a unique key, written in the transaction of the act itself.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby, islice
from math import inf
from operator import attrgetter
from time import monotonic
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from models.clock import Clock, ClockRung
from models.petition import Petition
from models.vocabulary.limits import ClockState
from rules.ladder import RungKind, climb
from tasks.keeping.database import Database
from tasks.limits.ladder import ladder_of, schedule
from tasks.record.act import SYSTEM, Act
from tasks.record.cases import Case, case_of_locked, petition_name
from tasks.sweeping.climbing import take_rungs

LOOK = 1000
"""Clocks that one look at the index brings up."""

BATCH = 50
"""Clocks in one transaction: few enough that other writers wait about half a second at most."""

POSTPONED = timedelta(hours=1)
"""After a fault a clock is looked at again after this time, so that it does not hold up the others."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A clock that the index brought up; what is true of it is looked up again under the lock."""

    clock_id: int
    petition_id: int
    rung: str
    at: datetime


@dataclass(kw_only=True)
class SweepReport:
    """What a sweep did: rungs taken by kind, rungs overtaken, clocks put right without a rung, and faults."""

    warned: int = 0
    missed: int = 0
    escalated: int = 0
    overtaken: int = 0
    moved: int = 0
    faults: list[str] = field(default_factory=list)
    """One line a fault: the petition's number, the clock's number and the kind of fault; no personal data."""

    @property
    def acted(self) -> int:
        """How many rungs were taken."""
        return self.warned + self.missed + self.escalated

    def add(self, other: "SweepReport") -> None:
        """Take another report's figures in."""
        for name in ("warned", "missed", "escalated", "overtaken", "moved"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults


def anything_due(session: Session, *, as_of: datetime) -> bool:
    """Say whether any clock's next rung is due: one look at a partial index."""
    query = select(Clock.id).where(col(Clock.next_rung_at) <= as_of).limit(1)
    return session.exec(query).first() is not None


def due_clocks(session: Session, *, as_of: datetime, limit: int) -> list[Due]:
    """Bring up clocks whose next rung is due, those longest due first; nothing is locked by looking."""
    found = session.execute(due_query(as_of=as_of, limit=limit))
    return [Due(clock_id=row[0], petition_id=row[1], rung=row[2] or "", at=row[3]) for row in found]


def due_query(*, as_of: datetime, limit: int) -> Any:
    """The query that finds due clocks: a range at the head of the partial index on ``next_rung_at``."""
    return (
        select(Clock.id, Clock.petition_id, Clock.next_rung, Clock.next_rung_at)
        .where(col(Clock.next_rung_at) <= as_of)
        .order_by(col(Clock.next_rung_at))
        .limit(limit)
    )


def sweep(
    database: Database,
    *,
    as_of: datetime,
    budget: float | None = None,
    batch: int = BATCH,
    tick: Callable[[SweepReport], None] = lambda _report: None,
) -> SweepReport:
    """Act on everything that is due at ``as_of``, batch by batch; ends when a whole look finds nothing left to do.

    Clocks whose petition somebody else holds are left to the next look or the next sweep. A clock that cannot be
    acted on is put off for an hour and named in ``faults``. After ``budget`` seconds the rest is left to the next sweep.
    """
    report = SweepReport()
    until = monotonic() + budget if budget is not None else inf
    while True:
        with database.read() as session:
            found = due_clocks(session, as_of=as_of, limit=LOOK)
        done = 0
        for part in _batches(found, batch):
            done += _sweep_batch(database, part, as_of=as_of, report=report)
            tick(report)
            if monotonic() >= until:
                return report
        if not done:
            return report


def _batches(found: Sequence[Due], size: int) -> Iterator[list[Due]]:
    """Cut the clocks up by kind of rung, so that one transaction writes one kind of numbered letter.

    Two sweeps that held one letter series each and wanted the other's would wait for each other for ever.
    """
    for _, same in groupby(sorted(found, key=attrgetter("rung", "petition_id", "clock_id")), key=attrgetter("rung")):
        while part := list(islice(same, size)):
            yield part


def _sweep_batch(database: Database, part: list[Due], *, as_of: datetime, report: SweepReport) -> int:
    """Act on a batch in one transaction; when that fails, on each clock in one of its own, to find the one at fault."""
    try:
        with database.write() as session:
            did, done = _act(session, part, as_of)
    except Exception as fault:
        if len(part) > 1:
            return sum(_sweep_batch(database, [one], as_of=as_of, report=report) for one in part)
        if _passes_by_itself(fault):
            return 0  # nothing was changed, the next look or the next sweep finds it again
        return _postpone(database, part[0], fault, as_of=as_of, report=report)
    report.add(did)
    return done


def _passes_by_itself(fault: Exception) -> bool:
    """Say whether a fault is a deadlock, a conflict or a server that went away, and not the clock's own."""
    if not isinstance(fault, DBAPIError):
        return False
    return fault.connection_invalidated or getattr(fault.orig, "sqlstate", None) in ("40P01", "40001", "55P03")


def _act(session: Session, part: list[Due], as_of: datetime) -> tuple[SweepReport, int]:
    cases = _lock(session, {due.petition_id for due in part})
    clocks = _load(session, [due.clock_id for due in part if due.petition_id in cases])
    passed = _passed(session, list(clocks))
    report = SweepReport()
    for clock in clocks.values():
        _act_on(cases[clock.petition_id], clock, passed.get(clock.id, set()), as_of, report)
    return report, len(clocks)


def _lock(session: Session, ids: set[int]) -> dict[int, Case]:
    """Lock the petitions that nobody else holds; the others are somebody's work in hand and wait for the next look."""
    query = select(Petition).where(col(Petition.id).in_(ids)).order_by(col(Petition.id)).with_for_update(skip_locked=True)
    petitions = session.exec(query.execution_options(populate_existing=True))
    return {petition.id: case_of_locked(session, petition) for petition in petitions}


def _load(session: Session, ids: list[int]) -> dict[int, Clock]:
    query = select(Clock).where(col(Clock.id).in_(ids)).order_by(col(Clock.id)).execution_options(populate_existing=True)
    return {clock.id: clock for clock in session.exec(query)}


def _passed(session: Session, ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for clock_id, rung in session.exec(select(ClockRung.clock_id, ClockRung.key).where(col(ClockRung.clock_id).in_(ids))):
        found.setdefault(clock_id, set()).add(rung)
    return found


def _act_on(case: Case, clock: Clock, passed: set[str], as_of: datetime, report: SweepReport) -> None:
    """Look at a clock again, now that nobody can move it, and take the rungs that it needs."""
    if clock.next_rung_at is None or clock.next_rung_at > as_of:
        return  # another sweep was here, or a person
    petition, act = case.petition, Act(actor=SYSTEM, as_of=as_of)
    wanted = climb(ladder_of(petition, clock), passed, act.today) if clock.state is ClockState.RUNNING else None
    if wanted is None:
        schedule(petition, clock, passed)
        report.moved += 1
        return
    take_rungs(case, clock, wanted, act=act)
    kinds = Counter(rung.kind for rung in wanted.acts)
    report.add(
        SweepReport(
            warned=kinds[RungKind.WARN],
            missed=kinds[RungKind.MISS],
            escalated=kinds[RungKind.ESCALATE],
            overtaken=len(wanted.overtaken),
        )
    )
    schedule(petition, clock, passed | {rung.key for rung in (*wanted.acts, *wanted.overtaken)})


def _postpone(database: Database, due: Due, fault: Exception, *, as_of: datetime, report: SweepReport) -> int:
    """Put a clock off that could not be acted on; it stays due and comes up again, and the fault is told.

    Neither the clock nor its petition is loaded: one of them may be what cannot be read.
    """
    with database.write() as session:
        still_due = (col(Clock.id) == due.clock_id, col(Clock.next_rung_at) <= as_of)
        session.execute(update(Clock).where(*still_due).values(next_rung_at=as_of + POSTPONED))
        told = select(petition_name(), Clock.number, Clock.next_rung).join(Clock, col(Clock.petition_id) == Petition.id)
        row = session.exec(told.where(Clock.id == due.clock_id)).first()
        if row is None:
            return 0
        report.faults.append(f"{row[0]} #{row[1]} {row[2]}: {type(fault).__name__}")
    return 1
