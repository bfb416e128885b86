"""Clocks: due dates as computed facts, stored with everything they were computed from."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, ForeignKey, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, UtcDateTime, coded
from models.vocabulary.limits import ClockOwner, ClockState, PauseGround, RungFate


class Clock(SQLModel, table=True):
    """One running or stopped limit of a petition or of one unit's share.

    ``raw_due_on`` is the counted day, ``due_on`` the day after rolling over rest days; both are days in
    Asia/Shanghai. ``provisional`` means that a year's calendar was missing when it was computed.
    The inputs are kept beside the result: start, rule, pack and calendar version, ``extended_days`` and
    ``suspended_days`` (both in the rule's own unit), and ``given_on`` where a letter, a meeting or a promise set the
    day itself. ``why`` says the counting in words, line by line.

    ``duty`` is false for a right (to object, to ask for a review), whose end is no lateness. ``next_rung`` is the
    next rung of the clock's ladder and ``next_rung_at`` the instant from which on it is due; both are empty when
    nothing will fall due any more.
    """

    __table_args__ = (
        UniqueConstraint("petition_id", "number"),
        Index("ix_clock_running_due", "state", "due_on"),
        Index(
            "ix_clock_next_step",
            "next_step_at",
            postgresql_where=text("next_step_at IS NOT NULL"),
            sqlite_where=text("next_step_at IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    dispatch_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("dispatch.id"), index=True))
    number: int
    rule_key: str
    owner: ClockOwner = Field(sa_type=coded(ClockOwner))
    state: ClockState = Field(default=ClockState.RUNNING, sa_type=coded(ClockState))
    duty: bool = True
    starts_on: date
    start_reason: str
    raw_due_on: date
    due_on: date
    provisional: bool = False
    basis: str
    pack_version: str
    calendar_version: str
    given_on: date | None = None
    extended_days: int = 0
    suspended_days: int = 0
    why: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    stopped_on: date | None = None
    stop_reason: str | None = None
    next_rung: str | None = Field(default=None, sa_column=Column("next_step", String))
    next_rung_at: datetime | None = Field(default=None, sa_column=Column("next_step_at", UtcDateTime))


class ClockRung(SQLModel, table=True):
    """One rung of one clock's ladder that is over: taken, taken by hand, or overtaken by a later one.

    ``(clock_id, key)`` is unique: whatever crashes or runs twice, a rung happens once. ``due_on`` is the day on which
    it fell due, ``recorded_at`` when it was put on record, ``event_seq`` the case event that says so.
    ``announced`` tells whether the engine has been told; what is to be told again after a crash carries the same id.
    """

    __tablename__ = "clock_step"
    __table_args__ = (
        UniqueConstraint("clock_id", "step"),
        Index("ix_clock_step_unannounced", "id", postgresql_where=text("NOT announced"), sqlite_where=text("NOT announced")),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    clock_id: int = Field(sa_column=Column(RowId, ForeignKey("clock.id"), nullable=False))
    key: str = Field(sa_column=Column("step", String, nullable=False))
    fate: RungFate = Field(sa_type=coded(RungFate))
    due_on: date
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    event_seq: int
    announced: bool = False


class Suspension(SQLModel, table=True):
    """One time during which a clock stood still: why, on which legal basis, and who approved it.

    The day on which it began and the day on which it ended are days in Asia/Shanghai; ``days`` are those that are not
    counted, in the unit of the clock's rule, known once it has ended.
    """

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    clock_id: int = Field(sa_column=Column(RowId, ForeignKey("clock.id"), nullable=False, index=True))
    ground: PauseGround = Field(sa_type=coded(PauseGround))
    basis: str
    began_on: date
    ended_on: date | None = None
    days: int = 0
    approver_code: str
    reason_sealed: str = Field(sa_type=Sealed)
