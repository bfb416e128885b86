"""Dispatches: one unit's share of a petition."""

from datetime import date

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import RowId, coded
from models.vocabulary.case import DispatchState
from models.vocabulary.people import UnitRole


class Dispatch(SQLModel, table=True):
    """A petition's journey to one unit (转送、交办之一行); known as ``XF-2026-0001/2``."""

    __table_args__ = (UniqueConstraint("petition_id", "position"), Index("ix_dispatch_organ_state", "organ_id", "state"))

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    position: int
    organ_id: int = Field(sa_column=Column(RowId, ForeignKey("organ.id"), nullable=False))
    role: UnitRole = Field(sa_type=coded(UnitRole))
    state: DispatchState = Field(sa_type=coded(DispatchState))
    result_wanted: bool
    letter_no: str
    sent_on: date
    limit_on: date | None = None
    """The limit that the letter itself sets (当场明确办理期限); otherwise the pack's rule applies."""
    signed_in_on: date | None = None
    reported_on: date | None = None
    accepted_on: date | None = None
    objections: int = 0
    redos: int = 0
    extensions: int = 0
