"""Bookmarks: telling the engine that a case moved, without needing the engine."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, or_, select

from models.bookmark import Bookmark
from models.petition import DRAFT_PREFIX
from models.types import UtcDateTime
from models.vocabulary.case import Step
from tasks.keeping.vault import vault
from tasks.record.act import Act
from tasks.record.locked import held

OWN_RUN_PAUSE = timedelta(seconds=20)
"""A run that brought the answer itself goes on by itself; it is nudged only if it does not."""

TIME_ERROR = timedelta(hours=1)
"""An instant that lies farther ahead than any pause could put it, and by more than this, was written by a clock that was wrong."""

WANT = text(
    "INSERT INTO bookmark (subject, wanted_seq, seen_seq, behind, nudge_after, round, finished)"
    " VALUES (:subject, :wanted_seq, -1, :behind, :nudge_after, 0, :finished)"
    " ON CONFLICT (subject) DO UPDATE SET wanted_seq = excluded.wanted_seq, behind = excluded.behind,"
    " nudge_after = excluded.nudge_after, finished = excluded.finished"
).bindparams(bindparam("nudge_after", type_=UtcDateTime()))
"""As text, for SQLAlchemy 2.0 compiles an upsert anew each time."""


def want_run(session: Session, subject: str, seq: int, act: Act, *, finished: bool = False) -> None:
    """Raise what a subject's run has to have seen, in the transaction of the change itself."""
    nudge_after = act.as_of + OWN_RUN_PAUSE if act.origin == subject else act.as_of
    wanted = {"wanted_seq": seq, "behind": True, "finished": finished, "nudge_after": nudge_after}
    bookmark = held(session).bookmarks.get(subject)
    if bookmark is None:
        # Written without being read: a run that opens its round at this moment keeps all the rest of the row.
        session.connection().execute(WANT, {"subject": subject} | wanted)
        return
    for name, value in wanted.items():
        setattr(bookmark, name, value)


def bookmark_of(session: Session, subject: str, *, as_of: datetime) -> Bookmark:
    """Load a subject's bookmark under its lock, once a transaction, or open one."""
    kept = held(session).bookmarks
    if subject not in kept:
        # Read anew under its lock: a run may have opened its round since this transaction first looked.
        with session.no_autoflush:  # a bookmark that waits to be written is one that is kept
            bookmark = session.get(Bookmark, subject, with_for_update=True, populate_existing=True)
        if bookmark is None:
            bookmark = Bookmark(subject=subject, nudge_after=as_of)
            session.add(bookmark)
        kept[subject] = bookmark
    return kept[subject]


def set_refusal(bookmark: Bookmark, reason: str | None) -> None:
    """Keep why an answer was not taken; sealed, for the reason may quote what somebody typed."""
    bookmark.refusal_sealed = vault().seal(reason) if reason else None


def refusal_of(bookmark: Bookmark) -> str | None:
    """Why the last answer was not taken, in words for the next form."""
    return vault().open(bookmark.refusal_sealed) if bookmark.refusal_sealed else None


def open_round(session: Session, subject: str, *, run_id: str, step: Step, seen_seq: int, as_of: datetime) -> Bookmark:
    """Note that a run is about to wait at a step, having seen the case up to an event; counts the round up."""
    bookmark = bookmark_of(session, subject, as_of=as_of)
    bookmark.run_id, bookmark.step, bookmark.seen_seq = run_id, step, seen_seq
    bookmark.round += 1
    bookmark.finished = False
    bookmark.behind = bookmark.wanted_seq > seen_seq
    return bookmark


def close_round(session: Session, subject: str, *, refusal: str | None, as_of: datetime) -> None:
    """Note that a round was answered, or that its answer was refused and why."""
    bookmark = bookmark_of(session, subject, as_of=as_of)
    bookmark.step = None
    set_refusal(bookmark, refusal)


def finish_run(session: Session, subject: str, *, run_id: str, seen_seq: int, as_of: datetime) -> None:
    """Note that a run came to its end having seen the case up to an event."""
    bookmark = bookmark_of(session, subject, as_of=as_of)
    bookmark.run_id, bookmark.step, bookmark.seen_seq, bookmark.finished = run_id, None, seen_seq, True
    bookmark.refusal_sealed = None
    bookmark.behind = bookmark.wanted_seq > seen_seq


def claim_behind(session: Session, *, as_of: datetime, limit: int, pause: timedelta) -> list[Bookmark]:
    """Take up to ``limit`` subjects whose run has not seen the newest event; others leave them alone for a pause."""
    query = (
        select(Bookmark)
        .where(Bookmark.behind, _may_be_nudged(as_of))
        .order_by(col(Bookmark.nudge_after))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    claimed = list(session.exec(query))
    for bookmark in claimed:
        bookmark.nudge_after = as_of + pause
    return claimed


def anything_behind(session: Session, *, as_of: datetime) -> bool:
    """Say whether any subject's run has to be nudged: one look at a partial index."""
    query = select(Bookmark.subject).where(Bookmark.behind, _may_be_nudged(as_of)).limit(1)
    return session.exec(query).first() is not None


def _may_be_nudged(as_of: datetime) -> Any:
    """The pause is over; or the clock that set it was ahead and has been put back, and waiting for it could take days."""
    return or_(col(Bookmark.nudge_after) <= as_of, col(Bookmark.nudge_after) > as_of + TIME_ERROR)


def want_runs_anew(session: Session, *, as_of: datetime) -> int:
    """Let every open subject's run be looked for, for an engine that may know none of them; says how many.

    The old runs keep their place in the bookmarks: what the engine does not know is started again under a key made of it.
    """
    marks = session.exec(select(Bookmark).where(~col(Bookmark.finished)).with_for_update()).all()
    for mark in marks:
        mark.nudge_after = as_of
        mark.behind = mark.behind or not mark.subject.startswith(DRAFT_PREFIX)  # drafts are found by reconcile
    return len(marks)
