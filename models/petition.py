"""Petitions: one row a case; what happened to it stands in its events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, UtcDateTime, coded
from models.vocabulary.case import Channel, Outcome, PetitionClass, Relation, Settlement, Source, State, Way
from models.vocabulary.papers import Retention

DRAFT_PREFIX = "draft-"
"""Stands before a petition's row number for as long as it has no number of its own."""


class Petition(SQLModel, table=True):
    """One petition (信访件).

    Three dates are kept apart: ``receipt_on`` (收信日期; every clock starts here), ``registered_on``
    (登记日期; chooses the rule pack) and ``postmark_on`` (邮戳日期). All are days in Asia/Shanghai.
    ``state`` changes only in ``tasks.transitions.advance``. ``head_hash`` and ``head_seal`` let
    ``xinfang verify`` prove that the row and its events belong together.
    """

    __table_args__ = (
        # Searches show the newest receipt first and page on by receipt and row (tasks/reading/searching.py).
        Index("ix_petition_state_receipt", "state", "receipt_on", "id"),
        Index("ix_petition_receipt", "receipt_on", "id"),
        Index("ix_petition_lead_organ", "lead_organ_id"),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    number: str | None = Field(default=None, unique=True)
    intake_key: str = Field(unique=True)
    """What makes registering the same paper twice impossible: the intake run, or the ledger row."""

    state: State = Field(sa_type=coded(State))
    channel: Channel = Field(sa_type=coded(Channel))
    source: Source = Field(default=Source.SELF, sa_type=coded(Source))
    receipt_on: date
    registered_on: date | None = None
    postmark_on: date | None = None
    upstream_number: str | None = None
    upstream_due_on: date | None = None
    legacy_number: str | None = None
    addressee: str | None = None

    title: str
    content_sealed: str = Field(sa_type=Sealed)
    accused_sealed: str | None = Field(default=None, sa_type=Sealed)
    accused_organ_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("organ.id")))
    petition_class: PetitionClass | None = Field(default=None, sa_type=coded(PetitionClass))
    content_code: str | None = None
    place: str | None = None
    flags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    people_count: int = 1
    visitor_count: int = 0

    relation: Relation | None = Field(default=None, sa_type=coded(Relation))
    parent_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("petition.id"), index=True))

    way: Way | None = Field(default=None, sa_type=coded(Way))
    proposal: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """What the drafter proposed: organ codes, limit, ground. Opinions in words stay sealed in the events."""
    lead_organ_id: int | None = Field(default=None, sa_column=Column(RowId, ForeignKey("organ.id")))
    registrar_code: str | None = None
    drafter_code: str | None = None

    outcome: Outcome | None = Field(default=None, sa_type=coded(Outcome))
    settlement: Settlement | None = Field(default=None, sa_type=coded(Settlement))
    delivered_on: date | None = None
    closed_on: date | None = None
    archived_on: date | None = None
    retention: Retention | None = Field(default=None, sa_type=coded(Retention))

    pack_version: str | None = None
    last_seq: int = 0
    head_hash: str = ""
    head_seal: str = ""
    file_sums: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    """What the file consists of, table by table, summed up and signed; nothing for one that was last signed the old way."""
    created_at: datetime = Field(sa_type=UtcDateTime)
