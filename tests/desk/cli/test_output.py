"""Faults of the machine in the words of the office."""

import errno
import json
import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from desk.cli.output import fail, say, say_json, spoken


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


class TestTextThatWasTyped:
    def test_is_printed_as_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        say("标题：\x1b[2J甲\u202e")
        assert capsys.readouterr().out == "标题：␛[2J甲⟨U+202E⟩\n"

    def test_is_refused_as_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            fail("无此单位：\x1b]0;甲\a")
        assert capsys.readouterr().err == "无此单位：␛]0;甲␇\n"

    def test_is_left_to_other_programs_as_it_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        say_json({"标题": "甲\u202e\x1b"})
        assert json.loads(capsys.readouterr().out) == {"标题": "甲\u202e\x1b"}
