"""Importing a calendar: which open limits it moves, moving them in one transaction, and taking it back."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlmodel import Session, col, select

from models.calendar_import import CalendarImport, CalendarMove
from models.clock import Clock
from models.petition import Petition
from models.vocabulary.case import Event
from rules.data.calendar_files import CalendarFile, write_calendar
from rules.deadlines import Deadline
from rules.errors import TransitionRefusedError, UnknownCaseError
from rules.working_days import Calendar
from tasks.keeping.settings import settings
from tasks.limits.clocks import ON_FOOT, count_clock, fresh_record
from tasks.limits.ladder import passed_rungs, schedule
from tasks.limits.rulebook import IN_FORCE, calendar, calendar_with, imports_in_force, rule_of
from tasks.record.act import Act
from tasks.record.cases import Case, lock_case, subject_of
from tasks.transitions import Change, advance

PAGE = 1000
RecountProgress = Callable[[int, int | None], None]


def _quiet(_done: int, _total: int | None) -> None:
    return


@dataclass(frozen=True, kw_only=True)
class Move:
    """One open limit that a change of calendar touches. Dates are days in Asia/Shanghai.

    ``kept`` means that the new calendar ends it earlier and that it keeps its date all the same.
    """

    clock_id: int
    petition_no: str
    clock_no: int
    label: str
    raw_before: date
    due_before: date
    provisional_before: bool
    version_before: str
    why_before: tuple[str, ...]
    after: Deadline
    kept: bool = False

    @property
    def due_after(self) -> date:
        """The day on which the limit ends under the new calendar."""
        return self.due_before if self.kept else self.after.effective

    @property
    def raw_after(self) -> date:
        """The counted day under the new calendar, before rolling."""
        return self.raw_before if self.kept else self.after.raw

    @property
    def days(self) -> int:
        """By how many calendar days the limit moves; negative for earlier."""
        return (self.due_after - self.due_before).days

    @property
    def counts(self) -> bool:
        """Say whether anything changes that people see."""
        moved = self.days != 0 or self.raw_after != self.raw_before
        return moved or self.kept or self.provisional_before != self.after.provisional


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What a change of calendar did: the import concerned (none for a plain recount) and the limits it touched."""

    import_id: int | None
    moves: tuple[Move, ...]


def preview(session: Session, found: CalendarFile, *, progress: RecountProgress = _quiet) -> tuple[Move, ...]:
    """Tell which open limits a calendar would move, and by how much; nothing is changed."""
    _refuse_known(session, found)
    new = calendar_with((*imports_in_force(session), _row(found, "")))
    return tuple(_moves(session, new, never_earlier=_never_earlier(), old=calendar(session), progress=progress))


def import_calendar(session: Session, found: CalendarFile, *, act: Act, progress: RecountProgress = _quiet) -> Applied:
    """Put a calendar in force and move the open limits, with an event in each petition's file.

    The session must be a writer that is alone (``Database.write(alone=True)``). Raises ``TransitionRefusedError`` for a
    calendar that is in force already.
    """
    _refuse_known(session, found)
    old = calendar(session)
    row = _row(found, act.actor.code)
    row.imported_at = act.as_of
    session.add(row)
    session.flush()
    session.info.pop(IN_FORCE, None)
    moves = tuple(_moves(session, calendar(session), never_earlier=_never_earlier(), old=old, progress=progress))
    _write(session, moves, act=act, record={"import": row.id, "calendar": calendar(session).version})
    session.add_all(_move_row(row.id, move) for move in moves)
    return Applied(import_id=row.id, moves=moves)


def recount(session: Session, *, act: Act | None = None, progress: RecountProgress = _quiet) -> Applied:
    """Count the open limits anew by the calendar in force: after a new version brought a year, or a file was changed.

    Without an ``act`` nothing is changed.
    """
    moves = tuple(_moves(session, calendar(session), never_earlier=_never_earlier(), progress=progress))
    if act is not None:
        _write(session, moves, act=act, record={"calendar": calendar(session).version})
    return Applied(import_id=None, moves=moves)


def roll_back(session: Session, import_id: int, *, act: Act, progress: RecountProgress = _quiet) -> Applied:
    """Take the newest import back: limits that it moved stand where they stood, later ones are counted anew.

    Raises ``UnknownCaseError`` and, for one that is not the newest in force, ``TransitionRefusedError``.
    """
    row = session.get(CalendarImport, import_id)
    if row is None:
        raise UnknownCaseError(f"没有第 {import_id} 号日历导入（用 xinfang calendar list 查看）")
    if row.withdrawn_at is not None:
        raise TransitionRefusedError(f"第 {import_id} 号日历导入已经撤销")
    if newer := [one.id for one in imports_in_force(session) if one.id > import_id]:
        raise TransitionRefusedError(f"请先撤销其后导入的第 {newer[-1]} 号日历")
    withdrawn = calendar(session).version
    row.withdrawn_at, row.withdrawn_by = act.as_of, act.actor.code
    session.flush()
    session.info.pop(IN_FORCE, None)
    moved = {move.clock_id: move for move in session.exec(select(CalendarMove).where(CalendarMove.import_id == import_id))}
    touched = lambda clock: clock.id in moved or clock.calendar_version == withdrawn  # noqa: E731
    found = _moves(session, calendar(session), never_earlier=False, only=touched, progress=progress)
    moves = tuple(_as_before(move, moved.get(move.clock_id)) for move in found)
    _write(session, moves, act=act, record={"withdrawn": import_id, "calendar": calendar(session).version})
    return Applied(import_id=import_id, moves=moves)


def _never_earlier() -> bool:
    return not settings().calendar_moves_earlier


def imports(session: Session) -> list[CalendarImport]:
    """List every import, those that were taken back included, oldest first."""
    return list(session.exec(select(CalendarImport).order_by(col(CalendarImport.id))))


def open_provisional(session: Session) -> int:
    """Count the open limits that are still marked provisional although their year's calendar is here now."""
    here = calendar(session)
    query = select(col(Clock.raw_due_on), col(Clock.due_on)).where(col(Clock.state).in_(ON_FOOT), col(Clock.provisional))
    return sum(here.covers(raw) and here.covers(due) for raw, due in session.exec(query))


def _row(found: CalendarFile, officer: str) -> CalendarImport:
    content = write_calendar(found)
    title = "、".join(notice.title for notice in found.notices) or f"{found.year or ''}本地日历"
    digest = hashlib.sha256(content.encode()).hexdigest()
    return CalendarImport(title=title, year=found.year, content=content, digest=digest, imported_by=officer)  # type: ignore[call-arg]


def _refuse_known(session: Session, found: CalendarFile) -> None:
    digest = _row(found, "").digest
    if known := [one.id for one in imports_in_force(session) if one.digest == digest]:
        raise TransitionRefusedError(f"这份日历已经导入过（第 {known[0]} 号），没有变化")


def _moves(
    session: Session,
    new: Calendar,
    *,
    never_earlier: bool,
    old: Calendar | None = None,
    only: Callable[[Clock], bool] = lambda _clock: True,
    progress: RecountProgress = _quiet,
) -> Iterator[Move]:
    """Count the open limits anew; a day that a letter or a promise set depends on no calendar.

    With ``old``, the calendar in force so far, a date that is kept is only told when the new one has changed its count.
    """
    query = (
        select(Clock, Petition)
        .join(Petition, col(Petition.id) == col(Clock.petition_id))
        .where(col(Clock.state).in_(ON_FOOT), col(Clock.given_on).is_(None))
        .order_by(col(Clock.petition_id), col(Clock.number))
    )
    for number, (clock, petition) in enumerate(session.exec(query.execution_options(yield_per=PAGE)), start=1):
        if number % PAGE == 0:
            progress(number, None)
        if not only(clock):
            continue
        move = _move(petition, clock, new)
        if never_earlier and move.days < 0:
            known = clock.calendar_version == new.version if old is None else _count(petition, clock, old) == move.after.effective
            move = replace(move, kept=not known, after=move.after if not known else _as_it_stands(clock, move.after))
        if move.counts:
            yield move


def _as_it_stands(clock: Clock, counted: Deadline) -> Deadline:
    """A date that was kept before and is no news: nothing moves."""
    return replace(counted, raw=clock.raw_due_on, effective=clock.due_on)


def _count(petition: Petition, clock: Clock, by: Calendar) -> date:
    return count_clock(petition, clock, by).effective


def _move(petition: Petition, clock: Clock, new: Calendar) -> Move:
    return Move(
        clock_id=clock.id,
        petition_no=subject_of(petition),
        clock_no=clock.number,
        label=rule_of(petition, clock).label,
        raw_before=clock.raw_due_on,
        due_before=clock.due_on,
        provisional_before=clock.provisional,
        version_before=clock.calendar_version,
        why_before=tuple(clock.why),
        after=count_clock(petition, clock, new),
    )


def _as_before(move: Move, moved: CalendarMove | None) -> Move:
    """Where a limit has not changed since the import, what it was before counts, also where the import had kept it."""
    if moved is None or (moved.raw_after, moved.due_after) != (move.raw_before, move.due_before):
        return move
    before = replace(
        move.after,
        raw=moved.raw_before,
        effective=moved.due_before,
        provisional=moved.provisional_before,
        calendar_version=moved.version_before,
        why=tuple(moved.why_before),
    )
    return replace(move, after=before)


def _write(session: Session, moves: tuple[Move, ...], *, act: Act, record: dict[str, Any]) -> None:
    """Move the limits, petition by petition, with one event in each file."""
    for number, group in groupby(moves, key=attrgetter("petition_no")):
        case = lock_case(session, number)
        own = list(group)
        advance(case, Change(Event.RECOUNT, record=record | {"clocks": [_fact(move) for move in own]}), act)
        for move in own:
            _set(case, move, act=act)


def _set(case: Case, move: Move, *, act: Act) -> None:
    session, petition = case.session, case.petition
    clock = session.get_one(Clock, move.clock_id)
    if move.due_after != move.due_before and move.due_after >= act.today:
        clock = fresh_record(session, petition, clock, act=act, reason=f"{Event.RECOUNT.label}，另行计时")
    clock.raw_due_on, clock.due_on, clock.provisional = move.raw_after, move.due_after, move.after.provisional
    clock.calendar_version, clock.why = move.after.calendar_version, [*move.after.why, *_kept(move)]
    schedule(petition, clock, passed_rungs(session, clock))


def _kept(move: Move) -> list[str]:
    if not move.kept:
        return []
    return [f"保留：按新日历应为 {move.after.effective}，早于原定的 {move.due_before}；设置为不提前，仍以原定日期为准"]


def _fact(move: Move) -> dict[str, Any]:
    return {"clock": move.clock_no, "before": move.due_before.isoformat(), "after": move.due_after.isoformat(), "kept": move.kept}


def _move_row(import_id: int, move: Move) -> CalendarMove:
    return CalendarMove(
        import_id=import_id,
        clock_id=move.clock_id,
        raw_before=move.raw_before,
        due_before=move.due_before,
        provisional_before=move.provisional_before,
        version_before=move.version_before,
        why_before=list(move.why_before),
        raw_after=move.raw_after,
        due_after=move.due_after,
    )
