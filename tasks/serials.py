"""Serial numbers of petitions and letters: counted up under a lock, gapless unless a paper is void."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.tables import METADATA
from tasks.settings import settings

ROWS = METADATA.tables["serial"]
COUNT_UP = {
    name: dialect.insert(ROWS)
    .on_conflict_do_update(index_elements=["kind", "year"], set_={"last": ROWS.c.last + 1})
    .returning(ROWS.c.last)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def next_serial(session: Session, kind: str, year: int) -> int:
    """Give out the next number of a kind of paper in a year, starting with 1."""
    counted = session.connection().execute(COUNT_UP[session.get_bind().dialect.name], {"kind": kind, "year": year, "last": 1})
    return int(counted.scalar_one())


def petition_number(session: Session, day: date) -> str:
    """Number a petition registered on a day: ``XF-2026-0001``."""
    return f"{settings().number_prefix}-{day.year}-{next_serial(session, 'petition', day.year):04d}"


def letter_number(session: Session, mark: str, day: date) -> str:
    """Number a letter: one series per kind and year, six-corner brackets, no leading zeros."""
    number = next_serial(session, f"letter:{mark}", day.year)
    return f"{settings().office_short_name}{mark}〔{day.year}〕{number}号"
