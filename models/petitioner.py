"""Petitioners: the people, sealed at rest."""

from datetime import date

from sqlalchemy import Column, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, coded
from models.vocabulary.papers import DeliveryWay
from models.vocabulary.people import PartyRole


class Petitioner(SQLModel, table=True):
    """A person or body that petitions; clear text never reaches the database.

    The digests are keyed hashes of the normal form (``rules.normal_form``): they find the same name, number or phone again
    without revealing it.
    """

    __table_args__ = (
        Index("ix_petitioner_name_digest", "name_digest"),
        Index("ix_petitioner_id_number_digest", "id_number_digest"),
        Index("ix_petitioner_phone_digest", "phone_digest"),
    )

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    name_sealed: str | None = Field(default=None, sa_type=Sealed)
    name_digest: str | None = None
    id_number_sealed: str | None = Field(default=None, sa_type=Sealed)
    id_number_digest: str | None = None
    phone_sealed: str | None = Field(default=None, sa_type=Sealed)
    phone_digest: str | None = None
    address_sealed: str | None = Field(default=None, sa_type=Sealed)
    email_sealed: str | None = Field(default=None, sa_type=Sealed)


class FurtherPhone(SQLModel, table=True):
    """A phone that stands behind the first one in the same cell: each is found by itself. The numbers stay sealed as written."""

    __tablename__ = "further_phone"
    __table_args__ = (Index("ix_further_phone_digest", "digest"), Index("ix_further_phone_petitioner_id", "petitioner_id"))

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petitioner_id: int = Field(sa_column=Column(RowId, ForeignKey("petitioner.id"), nullable=False))
    digest: str


class Party(SQLModel, table=True):
    """A petitioner's part in one petition, with the proof that the answer reached that person."""

    __table_args__ = (UniqueConstraint("petition_id", "position"), Index("ix_party_petitioner_id", "petitioner_id"))

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    petitioner_id: int = Field(sa_column=Column(RowId, ForeignKey("petitioner.id"), nullable=False))
    position: int
    role: PartyRole = Field(sa_type=coded(PartyRole))
    delivery_way: DeliveryWay | None = Field(default=None, sa_type=coded(DeliveryWay))
    delivered_on: date | None = None
