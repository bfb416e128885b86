"""One look at a subject: where its case stands and where its run was left, in one query."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col

from models.bookmark import Bookmark
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import Step
from rules.steps import step_of
from tasks.record.cases import draft_row, split_subject


@dataclass(frozen=True, kw_only=True)
class Look:
    """What an entered run has to know before it does anything."""

    run_id: str | None
    waited_for: Step | None
    """The step whose form was last shown; none once it is answered."""
    round: int
    stands_at: Step | None
    """The step at which the case stands; none when it waits for nobody."""
    behind: bool
    unseen: bool
    """Something was recorded since the form was shown, be it only a note."""

    @property
    def run_uuid(self) -> UUID:
        """The run that last waited for this subject."""
        return UUID(self.run_id or "")


def look_at(session: Session, subject: str) -> Look | None:
    """Look at a subject; nothing when nobody has opened a bookmark for it."""
    number, position = split_subject(subject)
    query = select_columns(Bookmark, col(Petition.state), col(Petition.last_seq), col(Dispatch.state)).select_from(Bookmark)
    query = query.join(Petition, _same(number))
    query = query.outerjoin(Dispatch, and_(col(Dispatch.petition_id) == Petition.id, col(Dispatch.position) == position))
    row = session.execute(query.where(col(Bookmark.subject) == subject)).first()
    if row is None:
        return None
    mark, state, last_seq, share_state = row
    return Look(
        run_id=mark.run_id,
        waited_for=mark.step,
        round=mark.round,
        behind=mark.behind,
        unseen=mark.seen_seq < last_seq,
        stands_at=step_of(share_state if position is not None else state),
    )


def _same(number: str) -> Any:
    row = draft_row(number)
    return col(Petition.number) == number if row is None else col(Petition.id) == row
