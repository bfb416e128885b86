"""Urgings and supervisions: overlays on a petition, with rows and reply dates of their own."""

from datetime import date

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, coded
from models.vocabulary.limits import UrgingWay


class Urging(SQLModel, table=True):
    """One urging (催办): who was asked, what was promised and for when. It never moves the case's clocks."""

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False, index=True))
    dispatch_id: int = Field(sa_column=Column(RowId, ForeignKey("dispatch.id"), nullable=False))
    way: UrgingWay = Field(sa_type=coded(UrgingWay))
    urged_on: date
    promised_on: date | None = None
    note_sealed: str | None = Field(default=None, sa_type=Sealed)


class Supervision(SQLModel, table=True):
    """One supervision (督办) with its ground in Art. 40 of the regulation and the day the answer is due."""

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False, index=True))
    dispatch_id: int = Field(sa_column=Column(RowId, ForeignKey("dispatch.id"), nullable=False))
    letter_no: str
    ground: str
    supervised_on: date
    reply_due_on: date
    replied_on: date | None = None
    note_sealed: str | None = Field(default=None, sa_type=Sealed)
