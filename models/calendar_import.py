"""Calendars that the office imported, and which due dates each of them moved."""

from datetime import date, datetime

from sqlalchemy import JSON, Column, ForeignKey, Index, Text, text
from sqlmodel import Field, SQLModel

from models.types import RowId, UtcDateTime


class CalendarImport(SQLModel, table=True):
    """One imported calendar: a year of the State Council's notice, or a city's own days.

    ``content`` is the calendar as TOML, ``digest`` its mark: the same calendar is in force once only. One that was
    rolled back stays on record with who did it and when, and counts no more.
    """

    __tablename__ = "calendar_import"
    __table_args__ = (
        Index(
            "ix_calendar_import_in_force",
            "digest",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    title: str
    year: int | None = None
    content: str = Field(sa_column=Column(Text, nullable=False))
    digest: str
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_by: str | None = None


class CalendarMove(SQLModel, table=True):
    """One due date that an imported calendar moved, or kept where it was: what it was before, and after."""

    __tablename__ = "calendar_move"

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    import_id: int = Field(sa_column=Column(RowId, ForeignKey("calendar_import.id"), nullable=False, index=True))
    clock_id: int = Field(sa_column=Column(RowId, ForeignKey("clock.id"), nullable=False, index=True))
    raw_before: date
    due_before: date
    provisional_before: bool
    version_before: str
    why_before: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    raw_after: date
    due_after: date
