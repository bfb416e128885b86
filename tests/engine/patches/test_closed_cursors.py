"""A cursor whose statement failed must not hold up whoever lets go of it (ADR 0009)."""

import asyncio
import gc
import sqlite3
from pathlib import Path

import aiosqlite
import pytest

from engine.patches.closed_cursors import ClosedCursors

LOCK_WAIT = 20.0
"""Seconds for which a connection waits for the lock; the event loop would stand still for as long."""

FAILING = "INSERT INTO letter VALUES (1, 5)"
HOUSE = """
    CREATE TABLE petition (id INTEGER PRIMARY KEY);
    CREATE TABLE letter (id INTEGER PRIMARY KEY, petition INTEGER REFERENCES petition);
"""


@pytest.fixture(autouse=True)
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("execute", "executemany"):
        monkeypatch.setattr(aiosqlite.Cursor, name, getattr(aiosqlite.Cursor, name))  # restored afterwards
    ClosedCursors().apply()


async def opened(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=LOCK_WAIT)
    await connection.execute("PRAGMA journal_mode = WAL")
    await connection.execute("PRAGMA foreign_keys = ON")
    return connection


async def failed(connection: aiosqlite.Connection, call: str) -> aiosqlite.Cursor:
    """A cursor whose statement has just failed, held by nothing but the caller."""
    cursor = await connection.cursor()
    try:
        await (cursor.execute(FAILING) if call == "execute" else cursor.executemany("INSERT INTO letter VALUES (?, 5)", [(1,)]))
    except sqlite3.IntegrityError:
        await connection.rollback()
        return cursor
    raise AssertionError("no such petition: this should have failed")


async def let_go_of_a_failed_cursor_while_its_connection_waits(path: Path, call: str) -> float:
    """Seconds for which letting go held up the event loop, which alone can end the transaction that is waited for."""
    holder, waiter = await opened(path), await opened(path)
    await holder.executescript(HOUSE)
    cursor = await failed(waiter, call)
    await holder.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(waiter.execute("INSERT INTO petition VALUES (1)"))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    began = asyncio.get_running_loop().time()
    del cursor
    gc.collect()
    stood_still = asyncio.get_running_loop().time() - began
    await holder.execute("COMMIT")
    await waiting
    await holder.close()
    await waiter.close()
    return stood_still


@pytest.mark.parametrize("call", ["execute", "executemany"])
def test_letting_go_of_a_failed_cursor_does_not_wait_for_the_lock_on_the_file(tmp_path: Path, call: str) -> None:
    assert asyncio.run(let_go_of_a_failed_cursor_while_its_connection_waits(tmp_path / "engine.db", call)) < LOCK_WAIT / 2


def test_statements_that_succeed_are_answered_as_before(tmp_path: Path) -> None:
    async def count() -> list[tuple[int]]:
        connection = await opened(tmp_path / "engine.db")
        await connection.executescript(HOUSE)
        cursor = await connection.cursor()
        await cursor.executemany("INSERT INTO petition VALUES (?)", [(1,), (2,)])
        assert cursor.rowcount == 2
        same = await cursor.execute("SELECT id FROM petition WHERE id > ?", (1,))
        assert same is cursor
        found = await cursor.fetchall()
        await connection.close()
        return [tuple(row) for row in found]

    assert asyncio.run(count()) == [(2,)]
