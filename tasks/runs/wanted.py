"""What the casework database expects of the engine: which subjects must have a run, and where it should stand."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, literal, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from models.bookmark import Bookmark
from models.dispatch import Dispatch
from models.petition import Petition
from models.vocabulary.case import DispatchState, Stage, State
from rules.lifecycle.share import FINISHED_UNITS
from rules.lifecycle.stages import STAGES
from tasks.limits.clocks import start_clock
from tasks.record.act import SYSTEM, Act
from tasks.record.cases import draft_mark, draft_row, lock_case, petition_name, split_subject, subject_of
from tasks.runs.bookmarks import bookmark_of, set_refusal, want_run

CLOSED = [state for state in State if STAGES[state] is Stage.CLOSED]
INTERRUPTED = "登记过程中断，请核对各项后重新提交"


def unfinished_after(session: Session, subject: str, *, before: datetime, limit: int) -> list[Bookmark]:
    """Load the bookmarks of subjects that must have a run, in the order of their names, from one on.

    Those that never had a run count only when they were opened before an instant: newer ones are just being started.
    """
    query = select(Bookmark).where(col(Bookmark.finished).is_(False))
    query = query.where(or_(col(Bookmark.run_id).is_not(None), col(Bookmark.nudge_after) < before))
    return list(session.exec(query.where(col(Bookmark.subject) > subject).order_by(col(Bookmark.subject)).limit(limit)))


def unfinished_of_runs(session: Session, run_ids: Collection[str]) -> list[Bookmark]:
    """Load the bookmarks that name one of these runs and whose subject must have a run."""
    return list(session.exec(select(Bookmark).where(col(Bookmark.finished).is_(False), col(Bookmark.run_id).in_(run_ids))))


def states_of(session: Session, subjects: Collection[str]) -> dict[str, State | DispatchState]:
    """Look up the state in which each subject's case, share or draft is now, in two queries."""
    numbers = {split_subject(subject)[0] for subject in subjects}
    drafts = {row for row in map(draft_row, numbers) if row is not None}
    chosen = or_(col(Petition.number).in_(numbers), col(Petition.id).in_(drafts))
    states: dict[str, State | DispatchState] = {}
    for number, row_id, state in session.execute(
        select_columns(col(Petition.number), col(Petition.id), col(Petition.state)).where(chosen)
    ):
        states |= {draft_mark(row_id): state} | ({number: state} if number else {})
    shares = select_columns(_share_name(), col(Dispatch.state)).join(Petition, col(Dispatch.petition_id) == Petition.id)
    for name, share_state in session.execute(shares.where(col(Petition.number).in_(numbers))):
        states[name] = share_state
    return states


def add_missing_bookmarks(session: Session, *, before: datetime, as_of: datetime, limit: int = 500) -> list[str]:
    """Give a bookmark to every open petition, share and draft that has none and came in before an instant; returns their names.

    There should be none: bookmarks are opened in the transaction of the change. A draft is the exception: its intake
    run may be lost before it first waited. It then waits for a correction, with the reason on its form.
    """
    act = Act(actor=SYSTEM, as_of=as_of)
    missing = col(Bookmark.subject).is_(None)
    petitions = select(Petition).outerjoin(Bookmark, col(Bookmark.subject) == petition_name()).where(missing)
    added = []
    for petition in session.exec(
        petitions.where(col(Petition.state).not_in(CLOSED), col(Petition.created_at) < before).limit(limit)
    ):
        case = lock_case(session, subject_of(petition))
        if case.state is State.DRAFT:
            set_refusal(bookmark_of(session, case.subject, as_of=as_of), INTERRUPTED)
            start_clock(session, case.petition, "register", act=act, dispatch=None)
        want_run(session, case.subject, case.petition.last_seq, act)
        added.append(case.subject)
    shares = select(Petition, Dispatch).join(Dispatch, col(Dispatch.petition_id) == Petition.id)
    shares = shares.outerjoin(Bookmark, col(Bookmark.subject) == _share_name()).where(missing)
    shares = shares.where(col(Dispatch.state).not_in(FINISHED_UNITS), col(Petition.state).not_in(CLOSED))
    for petition, share in session.exec(shares.limit(limit)):
        want_run(session, subject_of(petition, share), petition.last_seq, act)
        added.append(subject_of(petition, share))
    return added


def _share_name() -> ColumnElement[Any]:
    return col(Petition.number) + literal("/") + cast(col(Dispatch.position), String)
