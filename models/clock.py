"""Clocks: due dates as computed facts, stored with everything they were computed from."""

from datetime import date

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import RowId, coded
from models.vocabulary import ClockOwner, ClockState


class Clock(SQLModel, table=True):
    """One running or stopped limit of a petition or of one unit's share.

    ``raw_due_on`` is the counted day, ``due_on`` the day after rolling over rest days; both are days in
    Asia/Shanghai. ``provisional`` means that a year's calendar was missing when it was computed.
    """

    __table_args__ = (
        UniqueConstraint("petition_id", "number"),
        Index("ix_clock_running_due", "state", "due_on"),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    dispatch_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("dispatch.id"), index=True))
    number: int
    rule_key: str
    owner: ClockOwner = Field(sa_type=coded(ClockOwner))
    state: ClockState = Field(default=ClockState.RUNNING, sa_type=coded(ClockState))
    starts_on: date
    start_reason: str
    raw_due_on: date
    due_on: date
    provisional: bool = False
    basis: str
    pack_version: str
    calendar_version: str
    extended_days: int = 0
    stopped_on: date | None = None
    stop_reason: str | None = None
