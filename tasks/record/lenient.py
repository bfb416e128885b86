"""Reading rows of which any may be unreadable: what can be read is read, and every other row is named."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Enum as Words
from sqlalchemy import Row, Select, String, select, type_coerce
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import class_mapper
from sqlmodel import Session, SQLModel, col

from rules.errors import CaseworkError

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, OperationalError)
"""What reading a value raises that is not of its column's kind; the last where SQLite meets bytes that are no text."""


class UnreadableRowError(CaseworkError):
    """One row cannot be read; carries what it hangs on and its number."""

    def __init__(self, of: Any, row_id: Any) -> None:
        """Note the petition's row and the row's own number."""
        super().__init__(f"第 {row_id} 行无法读取")
        self.of = of
        self.row_id = row_id


def as_text(model: type[SQLModel], names: Sequence[str]) -> list[Any]:
    """Columns for reading rows as they stand: coded words as the text that they are, whether they are known or not."""
    mapped = class_mapper(model).column_attrs
    found = [(name, mapped[name].columns[0]) for name in names]
    return [(type_coerce(column, String) if isinstance(column.type, Words) else column).label(name) for name, column in found]


def unknown_words(model: type[SQLModel], row: Row[Any], names: Sequence[str]) -> list[str]:
    """Name the columns of a row whose coded word is none that there is."""
    mapped = class_mapper(model).column_attrs
    kinds = ((name, mapped[name].columns[0].type) for name in names)
    coded = [(name, set(kind.enums)) for name, kind in kinds if isinstance(kind, Words)]
    return [name for name, words in coded if getattr(row, name) is not None and getattr(row, name) not in words]


def rows_for(
    session: Session, query: Select[Any], of: Any, number: Any, wanted: Sequence[Any]
) -> Iterator[Row[Any] | UnreadableRowError]:
    """Yield a query's rows for some owners, and an error in the place of each row that cannot be read.

    ``of`` is the column that names the owner, ``number`` the one by which a row can be read alone.
    """
    try:
        found = list(session.execute(query.where(of.in_(wanted))))
    except UNREADABLE as fault:
        _refuse_other_faults(session, fault)
        if len(wanted) > 1:
            half = len(wanted) // 2
            yield from rows_for(session, query, of, number, wanted[:half])
            yield from rows_for(session, query, of, number, wanted[half:])
        else:
            yield from _one_by_one(session, query, of, number, wanted[0])
    else:
        yield from found


def _one_by_one(
    session: Session, query: Select[Any], of: Any, number: Any, owner: Any
) -> Iterator[Row[Any] | UnreadableRowError]:
    for row_id in session.execute(query.with_only_columns(number).where(of == owner)).scalars().all():
        try:
            found = list(session.execute(query.where(of == owner, number == row_id)))
        except UNREADABLE as fault:
            _refuse_other_faults(session, fault)
            yield UnreadableRowError(owner, row_id)
        else:
            yield from found


def _refuse_other_faults(session: Session, fault: Exception) -> None:
    """A database that went away is no unreadable row."""
    if isinstance(fault, DBAPIError) and (fault.connection_invalidated or session.get_bind().dialect.name != "sqlite"):
        raise fault


def number_of(model: type[SQLModel]) -> Any:
    """The row number of a table."""
    return col(model.id)  # type: ignore[attr-defined]


def all_columns(model: type[SQLModel]) -> Select[Any]:
    """Query every column of a table, as it stands."""
    return select(*as_text(model, class_mapper(model).column_attrs.keys()))
