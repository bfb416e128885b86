"""Telling the engine what happened to limits: what to say, and noting that it was said; under ids that never change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select, update
from sqlmodel import Session, col

from models.bookmark import Bookmark
from models.clock import Clock, ClockRung
from models.dispatch import Dispatch
from models.organ import Organ
from models.petition import Petition
from models.vocabulary.limits import RungFate
from rules.ladder import MISSED
from tasks.record.cases import petition_name, subject_of

NAMESPACE = UUID("6f6b3ab0-6c1c-4f0e-9d9f-2b3c5a1d7e42")
"""Under which the ids of announcements are made: the same rung always has the same id."""

WARNED = "petition.deadline.warned"
MISSED_EVENT = "petition.deadline.missed"
ESCALATED = "petition.deadline.escalated"


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """One rung of one clock's ladder as the engine and its automations see it; codes, numbers and dates only."""

    rung_id: int
    id: UUID
    event: str
    occurred: datetime
    petition_no: str
    run_id: str | None
    payload: dict[str, str | int | None]


def event_name(rung: str) -> str:
    """Name the engine's event for a rung: warned, missed or escalated."""
    if rung == MISSED:
        return MISSED_EVENT
    return WARNED if rung.startswith("warn_") else ESCALATED


def unannounced(session: Session, *, limit: int = 200) -> list[Announcement]:
    """Load rungs that the engine has not been told of, oldest first."""
    query = (
        select(ClockRung, Clock, Petition, col(Bookmark.run_id), col(Dispatch.position), col(Organ.code))
        .join(Clock, col(Clock.id) == col(ClockRung.clock_id))
        .join(Petition, col(Petition.id) == col(Clock.petition_id))
        .outerjoin(Bookmark, col(Bookmark.subject) == petition_name())
        .outerjoin(Dispatch, col(Dispatch.id) == col(Clock.dispatch_id))
        .outerjoin(Organ, col(Organ.id) == col(Dispatch.organ_id))
        .where(~col(ClockRung.announced))
        .order_by(col(ClockRung.id))
        .limit(limit)
    )
    return [_announcement(*row) for row in session.execute(query)]


def _announcement(
    rung: ClockRung, clock: Clock, petition: Petition, run_id: str | None, position: int | None, unit: str | None
) -> Announcement:
    number = subject_of(petition)
    return Announcement(
        rung_id=rung.id,
        id=uuid5(NAMESPACE, f"{petition.id}:{clock.number}:{rung.key}"),
        event=event_name(rung.key),
        occurred=rung.recorded_at,
        petition_no=number,
        run_id=run_id,
        payload={
            "clock": clock.number,
            "rule": clock.rule_key,
            "owner": clock.owner.value,
            "step": rung.key,
            "due_on": clock.due_on.isoformat(),
            "by": "hand" if rung.fate is RungFate.BY_HAND else "sweep",
            "dispatch": position,
            "unit": unit,
        },
    )


def note_announced(session: Session, rung_ids: Sequence[int]) -> None:
    """Note that the engine has taken announcements; until then they are made again, under the same ids."""
    session.execute(update(ClockRung).where(col(ClockRung.id).in_(rung_ids)).values(announced=True))
