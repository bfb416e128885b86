"""Case events: the append-only, hash-chained record of what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, UtcDateTime, coded
from models.vocabulary.case import Audience, Event
from models.vocabulary.people import Proof, Role


class CaseEvent(SQLModel, table=True):
    """One thing that happened to a petition; never updated, never deleted.

    ``occurred_at`` is when it happened, ``recorded_at`` when it was written down. ``facts`` holds codes,
    dates and counts only; free text that people typed is sealed in ``note_sealed``. ``decision_key`` makes
    applying the same answer twice impossible. ``proof`` says by what the person was known; the system has
    none, and neither has an event from before proofs were kept.
    """

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("petition_id", "seq"),)

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    seq: int
    event: Event = Field(sa_type=coded(Event))
    source: str | None = None
    target: str | None = None
    dispatch_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("dispatch.id")))
    actor_code: str
    actor_role: Role = Field(sa_type=coded(Role))
    proof: Proof | None = Field(default=None, sa_type=coded(Proof))
    occurred_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    note_sealed: str | None = Field(default=None, sa_type=Sealed)
    audience: Audience = Field(sa_type=coded(Audience))
    decision_key: str | None = Field(default=None, unique=True)
    previous_hash: str
    hash: str
