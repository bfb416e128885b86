"""Serial numbers of petitions and letters: counted up under a lock, gapless unless a paper is void."""

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.serial import Serial
from tasks.settings import settings


def next_serial(session: Session, kind: str, year: int) -> int:
    """Give out the next number of a kind of paper in a year, starting with 1."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    counted_up = (
        dialect.insert(Serial)
        .values(kind=kind, year=year, last=1)
        .on_conflict_do_update(index_elements=["kind", "year"], set_={"last": Serial.last + 1})
        .returning(col(Serial.last))
    )
    with session.no_autoflush:  # nothing that waits to be written is a serial number
        return int(session.execute(counted_up).scalar_one())


def petition_number(session: Session, day: date) -> str:
    """Number a petition registered on a day: ``XF-2026-0001``."""
    return f"{settings().number_prefix}-{day.year}-{next_serial(session, 'petition', day.year):04d}"


def letter_number(session: Session, mark: str, day: date) -> str:
    """Number a letter: one series per kind and year, six-corner brackets, no leading zeros."""
    number = next_serial(session, f"letter:{mark}", day.year)
    return f"{settings().office_short_name}{mark}〔{day.year}〕{number}号"
