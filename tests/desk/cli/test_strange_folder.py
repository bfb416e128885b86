"""Commands in a folder that is no home: they say so, and leave nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.conftest import ROOT, WANTED
from trials.harness.databases import POSTGRES

COMMANDS = {
    "list": [],
    "show": ["XF-2026-0001"],
    "verify": [],
    "letters": [],
    "clocks": ["XF-2026-0001"],
    "decide": ["XF-2026-0001"],
    "disclose": ["XF-2026-0001", "--officer", "Z01", "--reason", "核对"],
    "calendar": ["list"],
    "attach": ["XF-2026-0001", "README.md", "--officer", "Z01"],
    "roster": [str(ROOT / "desk" / "demo" / "roster.toml")],
}


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "desk.cli.main", *arguments]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)} | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_names_the_database_that_is_not_there_and_makes_none(tmp_path: Path, command: str) -> None:
    done = run(tmp_path, command, *COMMANDS[command])
    assert done.returncode == 1
    assert f"{tmp_path}/var/casework.db 没有业务数据库" in done.stderr
    assert ("xinfang up" in done.stderr, "XINFANG_HOME" in done.stderr) == (True, True)
    assert list(tmp_path.iterdir()) == []


def test_asking_the_engine_makes_no_password(tmp_path: Path) -> None:
    done = run(tmp_path, "automations", "apply")
    assert "没有流程引擎的密码" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_migrate_makes_a_database_that_only_its_owner_reads(tmp_path: Path) -> None:
    done = run(tmp_path, "migrate")
    assert done.returncode == 0, done.stderr
    made = tmp_path / "var" / "casework.db"
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.skipif("postgresql" not in WANTED, reason="PostgreSQL is not there")
def test_a_postgresql_database_without_our_tables_is_told_in_words(tmp_path: Path) -> None:
    name = f"xinfang_strange_{os.getpid()}"
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        done = run(tmp_path, "list", XINFANG_DATABASE_URL=POSTGRES.rsplit("/", 1)[0] + f"/{name}")
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()
    assert "请先运行 xinfang up" in done.stderr
