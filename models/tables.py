"""Every table in one import, for migrations and for whoever needs the whole schema."""

from sqlmodel import SQLModel

from models.attachment import Attachment
from models.bookmark import Bookmark
from models.calendar_import import CalendarImport, CalendarMove
from models.case_event import CaseEvent
from models.clock import Clock, ClockRung, Suspension
from models.dispatch import Dispatch
from models.officer import Officer, OfficerRole
from models.organ import Organ
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.petitioner import FurtherPhone, Party, Petitioner
from models.serial import Serial
from models.urging import Supervision, Urging

METADATA = SQLModel.metadata

__all__ = [
    "METADATA",
    "Attachment",
    "Bookmark",
    "CalendarImport",
    "CalendarMove",
    "CaseEvent",
    "Clock",
    "ClockRung",
    "Dispatch",
    "FurtherPhone",
    "Officer",
    "OfficerRole",
    "Organ",
    "OutboxMessage",
    "Party",
    "Petition",
    "Petitioner",
    "Serial",
    "Supervision",
    "Suspension",
    "Urging",
]
