"""Organs: every body that a petition may go to, as a tree with validity dates."""

from datetime import date

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from models.types import RowId, coded
from models.vocabulary.people import OrganKind


class Organ(SQLModel, table=True):
    """A body with the dates between which it exists, and the one that took over its duties (条例 第二十四条).

    ``counterpart_id`` names the congress office of the organ's own district: matters of a district's
    bureaus go through that office, not straight down (沪 第三十条).
    """

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    code: str = Field(unique=True)
    name: str
    kind: OrganKind = Field(sa_type=coded(OrganKind))
    parent_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("organ.id")))
    counterpart_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("organ.id")))
    successor_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("organ.id")))
    district: str | None = None
    """The county or district it belongs to; nothing for bodies of the city itself (市直)."""

    valid_from: date
    valid_until: date | None = None
    address: str | None = None
    """Where messages to this organ go: one Apprise address, or nothing for the office's own channel."""

    def exists_on(self, day: date) -> bool:
        """Say whether the organ exists on a day; ``valid_until`` itself is the first day without it."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)
