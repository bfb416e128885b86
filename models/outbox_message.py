"""Outbox messages: letters and messages written with the change that caused them, sent after it."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, UtcDateTime, coded
from models.vocabulary.papers import Letter, MessageState


class OutboxMessage(SQLModel, table=True):
    """One letter to one addressee.

    ``key`` (petition, event, letter, addressee) is unique: a crash can repeat the sending, never the letter.
    ``facts_sealed`` is the sealed JSON that the template is rendered from; ``address_sealed`` the sealed
    Apprise address, empty when the office's default channel is to be used.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_state_next_try", "state", "next_try_at"),)

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    key: str = Field(unique=True)
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False, index=True))
    dispatch_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("dispatch.id")))
    event_seq: int
    letter: Letter = Field(sa_type=coded(Letter))
    letter_no: str | None = None
    addressee: str
    """Who gets it, without personal data: an organ's name, or “信访人”."""
    address_sealed: str | None = Field(default=None, sa_type=Sealed)
    facts_sealed: str = Field(sa_type=Sealed)
    clock_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("clock.id"), index=True))
    """The limit that the message warns of; when the clock stops before it has left, it is cancelled."""
    office_hours: bool = False
    """Leaves only while the office is open: never at night, never on a rest day."""
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=coded(MessageState))
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    last_error: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
