"""What a simulated year came to: warned, missed, urged, supervised and reported, by unit and month."""

from collections import Counter

from sqlmodel import Session, col, select

from models.clock import Clock, ClockRung
from models.dispatch import Dispatch
from models.organ import Organ
from models.vocabulary.limits import ClockOwner, RungFate
from rules.zone import legal_day
from tasks.keeping.settings import settings

COLUMNS = {
    "warned": "提醒",
    "missed": "逾期",
    "urge": "催办",
    "supervise": "督办",
    "to_leader": "报副主任",
    "to_chairs": "提请主任会议",
}
Tally = Counter[tuple[str, str, str]]


def tally(session: Session) -> Tally:
    """Count the rungs that were taken, by unit (the office for its own limits), month and column."""
    query = (
        select(ClockRung, Clock.owner, Organ.name)
        .join(Clock, col(Clock.id) == col(ClockRung.clock_id))
        .outerjoin(Dispatch, col(Dispatch.id) == col(Clock.dispatch_id))
        .outerjoin(Organ, col(Organ.id) == col(Dispatch.organ_id))
        .where(ClockRung.fate != RungFate.OVERTAKEN)
    )
    counted: Tally = Counter()
    for rung, owner, unit in session.exec(query):
        whose = unit if unit and owner is ClockOwner.HANDLER else settings().office_name
        counted[whose, f"{legal_day(rung.recorded_at):%Y-%m}", column_of(rung.key)] += 1
    return counted


def column_of(rung: str) -> str:
    """Name the column that a rung counts in."""
    return "warned" if rung.startswith("warn_") else rung


def rows(counted: Tally) -> list[dict[str, str | int]]:
    """Lay the counts out: a line for each unit and month, a sum for each unit, and the sum of all."""
    lines: list[dict[str, str | int]] = []
    for unit in sorted({key[0] for key in counted}):
        months = sorted({key[1] for key in counted if key[0] == unit})
        lines += [_line(unit, month, {column: counted[unit, month, column] for column in COLUMNS}) for month in months]
        lines.append(_line(unit, "合计", {column: sum(counted[unit, month, column] for month in months) for column in COLUMNS}))
    total = {column: sum(times for key, times in counted.items() if key[2] == column) for column in COLUMNS}
    return [*lines, _line("全部", "合计", total)]


def _line(unit: str, month: str, figures: dict[str, int]) -> dict[str, str | int]:
    return {"单位": unit, "月份": month} | {COLUMNS[column]: times for column, times in figures.items()}
