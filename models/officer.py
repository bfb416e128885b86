"""Officers: the people who act, and in which capacities."""

from datetime import date

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from models.types import RowId, coded
from models.vocabulary.people import Role


class Officer(SQLModel, table=True):
    """A person of the office or of a handling unit, known by a work number (工号)."""

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    code: str = Field(unique=True)
    name: str
    organ_id: int = Field(sa_column=Column(RowId, ForeignKey("organ.id"), nullable=False))
    active_from: date
    active_until: date | None = None


class OfficerRole(SQLModel, table=True):
    """One capacity of one officer."""

    __tablename__ = "officer_role"

    officer_id: int = Field(sa_column=Column(RowId, ForeignKey("officer.id"), primary_key=True))
    role: Role = Field(sa_column=Column(coded(Role), primary_key=True))
