"""Lists: open petitions by stage, unit and lateness, masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.petition import Petition
from models.vocabulary.case import Stage, State
from models.vocabulary.limits import ClockOwner, ClockState
from rules.lifecycle.share import GONE_UNITS
from rules.lifecycle.stages import STAGES
from rules.steps import step_of
from rules.zone import days_left, iso_day
from tasks.reading.masks import shown_title
from tasks.record.cases import subject_of
from tasks.record.organs import find_organ, organs_called


@dataclass(frozen=True, kw_only=True)
class ListFilter:
    """What to list; an empty filter lists everything that is still open and what was closed."""

    stage: Stage | None = None
    unit: str = ""
    overdue: bool = False
    today: date
    limit: int = 200


def list_petitions(session: Session, chosen: ListFilter) -> list[dict[str, Any]]:
    """List petitions with the three owners' next due dates (office, handler, upstream), oldest first.

    Raises ``UnknownCaseError`` when a unit is wanted whose name or code fits no organ: an empty list would pass for good news.
    """
    query = select(Petition).order_by(col(Petition.id)).limit(chosen.limit)
    if chosen.stage is not None:
        states = [state for state in State if STAGES[state] is chosen.stage]
        query = query.where(col(Petition.state).in_(states))
    if chosen.unit:
        query = query.where(col(Petition.id).in_(_petitions_of_unit(chosen.unit)))
    if chosen.overdue:
        late = select(Clock.petition_id).where(*_duties(), col(Clock.due_on) < chosen.today)
        query = query.where(col(Petition.id).in_(late))
    found = list(session.exec(query))
    if chosen.unit and not found and session.exec(organs_called(chosen.unit)).first() is None:
        find_organ(session, chosen.unit)
    return rows_of(session, found, today=chosen.today)


def rows_of(session: Session, petitions: Sequence[Petition], *, today: date) -> list[dict[str, Any]]:
    """Describe petitions as lists show them: masked, with the three owners' next due dates and their units."""
    ids = [petition.id for petition in petitions]
    dues, units = _next_dues(session, ids), _units(session, ids)
    return [_row(petition, dues, units.get(petition.id, []), today) for petition in petitions]


def _duties() -> tuple[Any, ...]:
    """Running limits that somebody has to keep; the time to object or to ask for a review is a right, not a duty."""
    return (Clock.state == ClockState.RUNNING, col(Clock.duty))


NEXT_DUES = (
    select_columns(col(Clock.petition_id), col(Clock.owner), col(Clock.due_on), col(Clock.provisional))
    .where(col(Clock.petition_id).in_(bindparam("ids", expanding=True)), *_duties())
    .order_by(col(Clock.due_on).desc(), col(Clock.id).desc())
)
UNITS = (
    select(Dispatch.petition_id, Organ.name)
    .join(Organ, col(Organ.id) == col(Dispatch.organ_id))
    .where(col(Dispatch.petition_id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Dispatch.position))
)


def _petitions_of_unit(unit: str) -> Any:
    return select(Dispatch.petition_id).where(
        col(Dispatch.organ_id).in_(organs_called(unit)), col(Dispatch.state).not_in(GONE_UNITS)
    )


def _next_dues(session: Session, ids: Sequence[int | None]) -> dict[tuple[int, ClockOwner], tuple[date, bool]]:
    """Find each owner's next due date and whether it is provisional."""
    return {(row[0], ClockOwner(row[1])): (row[2], row[3]) for row in session.execute(NEXT_DUES, {"ids": ids})}


def _units(session: Session, ids: Sequence[int | None]) -> dict[int | None, list[str]]:
    found: dict[int | None, list[str]] = {}
    for petition_id, name in session.exec(UNITS, params={"ids": ids}):
        found.setdefault(petition_id, []).append(name)
    return found


def _row(
    petition: Petition, dues: dict[tuple[int, ClockOwner], tuple[date, bool]], units: list[str], today: date
) -> dict[str, Any]:
    step = step_of(petition.state)
    own = {owner: dues.get((petition.id or 0, owner)) for owner in ClockOwner}
    first = min((due for due, _ in filter(None, own.values())), default=None)
    return {
        "number": subject_of(petition),
        "title": shown_title(petition),
        "stage": STAGES[petition.state].value,
        "stage_label": STAGES[petition.state].label,
        "state": petition.state.value,
        "state_label": petition.state.label,
        "waiting_for": step.label if step else "",
        "receipt_on": petition.receipt_on.isoformat(),
        "units": units,
        "office_due_on": _due(own[ClockOwner.OFFICE]),
        "handler_due_on": _due(own[ClockOwner.HANDLER]),
        "upstream_due_on": _due(own[ClockOwner.UPSTREAM]),
        "provisional": any(due[1] for due in own.values() if due),
        "provisional_fields": [f"{owner.value}_due_on" for owner, due in own.items() if due and due[1]],
        "days_left": days_left(first, today) if first else None,
        "outcome": petition.outcome.value if petition.outcome else None,
        "closed_on": iso_day(petition.closed_on),
    }


def _due(found: tuple[date, bool] | None) -> str | None:
    return found[0].isoformat() if found else None
