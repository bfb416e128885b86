"""Column types that keep their promises: enums by value, instants in UTC, keys that both databases count."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, String
from sqlalchemy.types import TypeDecorator

RowId = BigInteger().with_variant(Integer, "sqlite")
"""A row number: 64 bits on PostgreSQL; SQLite counts only plain INTEGER keys up by itself."""


def coded(kind: type[StrEnum]) -> Enum:
    """Store an enum's value as text, read the member back, refuse anything else."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
        length=40,
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored as naive UTC and read back aware; a naive value is a programming error."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into the naive UTC form that both databases order correctly."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the stored instant its zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Sealed(TypeDecorator[str]):
    """Text that only ``tasks.keeping.vault`` can read: the column holds what the vault sealed, never clear text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse clear text: everything the vault seals carries its mark."""
        if value is not None and not value.startswith(SEAL_MARK):
            raise ValueError("clear text was about to be stored in a sealed column")
        return value


SEAL_MARK = "gAAAA"
"""How every Fernet token begins (version byte 0x80 and a timestamp that stays below 2**36)."""
