"""Plain timestamps for PostgreSQL's driver.

The engine's instants are pendulum's, and the driver subtracts one from another to encode it, which takes pendulum
thirty times as long as the standard library.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from prefect.server.utilities.database import Timestamp
from prefect.types import DateTime
from sqlalchemy.dialects import postgresql

from engine.patches.hook import Patch, takes


def plain(instant: datetime) -> datetime:
    """The same instant in the same zone, as the standard library's own kind."""
    if type(instant) is datetime:
        return instant
    return datetime(
        instant.year,
        instant.month,
        instant.day,
        instant.hour,
        instant.minute,
        instant.second,
        instant.microsecond,
        tzinfo=instant.tzinfo,
        fold=instant.fold,
    )


class PlainTimestamps(Patch):
    """Hands the driver the standard library's own kind of instant."""

    name = "plain_timestamps"
    why = "Encoding pendulum's instants took a twentieth of the server's time."
    needs = ("prefect.server.utilities.database:Timestamp.process_bind_param",)

    def differences(self) -> Iterable[str]:
        """The instant that is bound is the one that was given."""
        yield from takes(Timestamp.process_bind_param, "self", "value", "dialect")
        given = datetime(2026, 3, 2, 4, 5, 6, 789, tzinfo=UTC)
        kind: Any = DateTime
        postgres: Any = postgresql.asyncpg
        bound = Timestamp().process_bind_param(kind.fromisoformat(given.isoformat()), postgres.dialect())
        if bound != given:
            yield f"Timestamp 绑定的是 {bound}"

    def apply(self) -> None:
        """Make instants plain before they are bound."""
        bind: Any = Timestamp.process_bind_param

        def process_bind_param(self: Timestamp, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
            found: datetime | None = bind(self, None if value is None else plain(value), dialect)
            return found

        Timestamp.process_bind_param = process_bind_param  # type: ignore[method-assign]
