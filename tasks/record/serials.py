"""Serial numbers of petitions and letters: counted up under a lock, gapless unless a paper is void."""

from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from tasks.keeping.settings import settings

COUNT_UP = text(
    "INSERT INTO serial (kind, year, last) VALUES (:kind, :year, 1)"
    " ON CONFLICT (kind, year) DO UPDATE SET last = serial.last + 1 RETURNING last"
)
"""As text, for SQLAlchemy 2.0 compiles an upsert anew each time."""


def next_serial(session: Session, kind: str, year: int) -> int:
    """Give out the next number of a kind of paper in a year, starting with 1."""
    return int(session.connection().execute(COUNT_UP, {"kind": kind, "year": year}).scalar_one())


def petition_number(session: Session, day: date) -> str:
    """Number a petition registered on a day: ``XF-2026-0001``."""
    return f"{settings().number_prefix}-{day.year}-{next_serial(session, 'petition', day.year):04d}"


def letter_number(session: Session, mark: str, day: date) -> str:
    """Number a letter: one series per kind and year, six-corner brackets, no leading zeros."""
    number = next_serial(session, f"letter:{mark}", day.year)
    return f"{settings().office_short_name}{mark}〔{day.year}〕{number}号"
