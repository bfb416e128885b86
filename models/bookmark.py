"""Bookmarks: where the engine stands with each petition and each unit's share; rebuilt when lost."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from models.types import Sealed, UtcDateTime, coded
from models.vocabulary.case import Step


class Bookmark(SQLModel, table=True):
    """The engine's place in one subject: a petition (``XF-2026-0001``) or a dispatch (``XF-2026-0001/2``).

    ``wanted_seq`` is raised in the same transaction as the change that the run has to see; ``seen_seq`` is
    what the run had seen when it last waited. A subject whose ``wanted_seq`` is ahead is behind and gets
    nudged until it is not: nothing depends on a message arriving.
    """

    __table_args__ = (Index("ix_bookmark_behind", "nudge_after", postgresql_where=text("behind"), sqlite_where=text("behind")),)

    subject: str = Field(primary_key=True)
    wanted_seq: int = 0
    seen_seq: int = -1
    behind: bool = False
    nudge_after: datetime = Field(sa_type=UtcDateTime)
    run_id: str | None = None
    step: Step | None = Field(default=None, sa_type=coded(Step))
    round: int = 0
    """How often this subject has waited; part of the key under which the engine keeps an answer."""
    refusal_sealed: str | None = Field(default=None, sa_type=Sealed)
    """Why the last answer was not taken, shown on the next form; sealed, for it may quote what was typed."""
    finished: bool = False
