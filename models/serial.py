"""Serial numbers: one row per kind and year, counted up under its lock, never reused."""

from sqlmodel import Field, SQLModel


class Serial(SQLModel, table=True):
    """The last number given out for one kind of paper in one year."""

    kind: str = Field(primary_key=True)
    year: int = Field(primary_key=True)
    last: int = 0
