"""Attachments: papers, stored sealed beside the database and known by their SHA-256."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.types import RowId, Sealed, UtcDateTime, coded
from models.vocabulary.papers import AttachmentKind


class Attachment(SQLModel, table=True):
    """One paper of a case file; ``sha256`` is that of the clear content, the file on disk is sealed."""

    __table_args__ = (UniqueConstraint("petition_id", "sha256"),)

    id: int = Field(default=None, sa_column=Column(RowId, primary_key=True))
    petition_id: int = Field(sa_column=Column(RowId, ForeignKey("petition.id"), nullable=False))
    kind: AttachmentKind = Field(sa_type=coded(AttachmentKind))
    name_sealed: str = Field(sa_type=Sealed)
    media_type: str
    size: int
    sha256: str
    is_original: bool = False
    added_at: datetime = Field(sa_type=UtcDateTime)
