"""Closing a cursor whose statement failed, at once and in its connection's own thread.

SQLAlchemy's adapter closes a cursor of aiosqlite's only when all went well. One whose statement failed lives on in
the error's traceback until Python's garbage collection finds it, in whatever thread that happens to run: mostly the
one of the server's event loop. Letting go of it takes the mutex of its connection; and should that connection, back
in use, be waiting for the lock on the file just then, the event loop stands still until it has waited in vain, a
minute, for the transaction that holds the lock can only be ended by that same loop (ADR 0009).
"""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from aiosqlite import Connection, Cursor

from engine.patches.hook import Patch, mentions, takes


class ClosedCursors(Patch):
    """Closes a cursor whose statement failed."""

    name = "closed_cursors"
    why = "Letting go of a failed cursor late can hold up the server's event loop for a minute."
    needs = ("aiosqlite:Cursor.execute", "aiosqlite:Cursor.executemany", "aiosqlite:Connection._execute")

    def differences(self) -> Iterable[str]:
        """A cursor has the driver's own cursor and its connection, whose thread runs what it is given."""
        yield from takes(Cursor.execute, "self", "sql", "parameters")
        yield from takes(Cursor.executemany, "self", "sql", "parameters")
        yield from takes(Connection._execute, "self", "fn", "args", "kwargs")
        yield from mentions(Cursor.__init__, "_cursor", "_conn")

    def apply(self) -> None:
        """Replace the two methods that run statements."""
        Cursor.execute = _execute  # type: ignore[method-assign]
        Cursor.executemany = _executemany  # type: ignore[method-assign]


async def _execute(self: Cursor, sql: str, parameters: Iterable[Any] | None = None) -> Cursor:
    return await _run(self, self._cursor.execute, sql, [] if parameters is None else parameters)


async def _executemany(self: Cursor, sql: str, parameters: Iterable[Iterable[Any]]) -> Cursor:
    return await _run(self, self._cursor.executemany, sql, parameters)


async def _run(cursor: Cursor, statement: Callable[..., object], *arguments: object) -> Cursor:
    connection: Any = cursor._conn
    await connection._execute(_or_close, cursor._cursor, statement, *arguments)
    return cursor


def _or_close(cursor: sqlite3.Cursor, statement: Callable[..., object], *arguments: object) -> None:
    try:
        statement(*arguments)
    except BaseException:
        cursor.close()
        raise
