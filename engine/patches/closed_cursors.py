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

from aiosqlite import Cursor


def close_failed_cursors() -> None:
    """Make the change in this process."""
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
