"""Faults of the machine in the words of the office."""

import errno
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from desk.cli.output import spoken


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(
            OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
            "磁盘已满",
            id="SQLite has no room",
        ),
        pytest.param(
            OperationalError(
                "INSERT", {}, psycopg.errors.DiskFull('could not extend file "base/16384/24633": No space left on device')
            ),
            "磁盘已满",
            id="PostgreSQL has no room",
        ),
        pytest.param(OSError(errno.ENOSPC, "No space left on device", "paper.pdf"), "磁盘已满", id="a file finds no room"),
        pytest.param(
            OperationalError("SELECT", {}, sqlite3.OperationalError("unable to open database file")),
            "无法使用业务数据库",
            id="no database",
        ),
        pytest.param(KeyError("odd"), "系统故障（KeyError", id="anything else"),
    ],
)
def test_a_fault_is_told_in_one_sentence(fault: Exception, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    @spoken
    def command() -> None:
        raise fault

    with pytest.raises(SystemExit) as ended:
        command()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith(said)
    assert told.count("\n") == 1
