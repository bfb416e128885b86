"""Which rules bind here: the pack that a petition keeps, the calendar in force, and the office's hours."""

from datetime import date
from typing import cast

from sqlmodel import Session, col, select

from models.calendar_import import CalendarImport
from models.clock import Clock
from models.petition import Petition
from rules.data.pack_files import load_packs
from rules.office_hours import OfficeHours
from rules.packs import Pack, Packs, Rule
from rules.working_days import Calendar, load_calendar
from rules.zone import legal_day
from tasks.keeping.settings import settings

IMPORTS = select(CalendarImport).where(col(CalendarImport.withdrawn_at).is_(None)).order_by(col(CalendarImport.id))
IN_FORCE = "calendar"
"""Where a session keeps the calendar that it looked up: no calendar changes while a transaction is open."""


def packs() -> Packs:
    """Every pack that is known here: the shipped ones and the office's own; raises ``PackError`` for a bad one."""
    return load_packs(own=settings().pack_folder)


def pack_on(day: date) -> Pack:
    """The pack in force here on a day (Asia/Shanghai)."""
    return packs().pack_for(settings().pack, day)


def pack_of(petition: Petition) -> Pack:
    """The pack in force on the petition's registration day, which it keeps for life; a draft's is that of its first day."""
    if petition.pack_version:
        return packs().version(petition.pack_version)
    return pack_on(petition.registered_on or legal_day(petition.created_at))


def rule_of(petition: Petition, clock: Clock) -> Rule:
    """The row of the pack that a clock was started by."""
    return pack_of(petition).rule(clock.rule_key)


def calendar(session: Session) -> Calendar:
    """The calendar in force: shipped years, the city's own file, and what the office imported.

    Looked up once a transaction; ``Database.write`` sees to it that none is imported meanwhile.
    """
    if IN_FORCE not in session.info:
        with session.no_autoflush:  # whoever changes the calendar writes that down at once, and is alone
            session.info[IN_FORCE] = calendar_with(imports_in_force(session))
    return cast(Calendar, session.info[IN_FORCE])


def imports_in_force(session: Session) -> tuple[CalendarImport, ...]:
    """The imported calendars that have not been rolled back, oldest first."""
    return tuple(session.exec(IMPORTS))


def calendar_with(imports: tuple[CalendarImport, ...]) -> Calendar:
    """Lay imported calendars over the shipped ones and the city's own file."""
    return load_calendar(settings().calendar_overlay, tuple((one.title, one.content) for one in imports))


def office_hours() -> OfficeHours:
    """When the office is open, by the settings; raises ``OfficeHoursError`` when they make no sense."""
    return OfficeHours(opens=settings().office_opens, closes=settings().office_closes)
