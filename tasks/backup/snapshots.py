"""Snapshots of the casework database while the office works, and putting one back: SQLite and PostgreSQL."""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text

from tasks.backup.container import BackupError
from tasks.keeping.database import Database
from tasks.keeping.settings import Settings

PAGES = 2048
"""Pages copied between two words about progress: 8 MiB."""

ON_RECORD = "SELECT count(*) FROM petition WHERE number IS NOT NULL OR last_seq > 0"
"""The petitions that ``verify`` counts too."""

Tick = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Snapshot:
    """One moment of the database, in a file, with what else has to be known of that moment."""

    file: Path
    revision: str
    petitions: int
    events: int
    papers: tuple[str, ...]
    """Digests of the papers that the database names."""


def database_file(url: str) -> Path:
    """The file of an SQLite database."""
    return Path(url.split(":///", 1)[1])


@contextmanager
def snapshot(database: Database, chosen: Settings, file: Path, tick: Tick) -> Iterator[tuple[Snapshot, Connection]]:
    """Write one moment of the database into a file; gives also a connection that sees the same moment.

    Nobody is kept waiting by it. Raises ``BackupError`` when there is no office in the database or a tool is missing.
    """
    if database.is_sqlite:
        _copy_sqlite(database_file(database.url), file, tick)
        copy = create_engine(f"sqlite:///{file}", hide_parameters=True)
        try:
            with copy.connect() as connection:
                yield _look(connection, file), connection
        finally:
            copy.dispose()
        return
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        shot = _look(connection, file)
        name = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _run_tool(
            "pg_dump",
            chosen,
            file,
            tick,
            f"--dbname={_address(database.url)}",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={name}",
            f"--file={file}",
            password=_password(database.url),
        )
        yield shot, connection


def put_back(database: Database, chosen: Settings, file: Path, tick: Tick) -> None:
    """Put a snapshot into an empty database, whole or not at all."""
    if database.is_sqlite:
        database.engine.dispose()
        place = database_file(database.url)
        with closing(sqlite3.connect(file)) as copy:
            _check_whole(copy, file.name)
        move(file, place)
        return
    _run_tool(
        "pg_restore",
        chosen,
        None,
        tick,
        f"--dbname={_address(database.url)}",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        str(file),
        password=_password(database.url),
    )


def is_empty(database: Database) -> bool:
    """Say whether a database holds nothing at all; an SQLite file, whatever is in it, is something."""
    if database.is_sqlite:
        return not database_file(database.url).exists()
    with database.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def move(source: Path, place: Path) -> None:
    """Move a file or folder into its place in one step, also from another disk."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if source.stat().st_dev != place.parent.stat().st_dev:
        beside = place.with_name(f".{place.name}.part")
        shutil.copyfile(source, beside)
        beside.chmod(0o600)
        source.unlink()
        source = beside
    os.sync()  # a million papers one by one would take hours
    os.replace(source, place)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Have a renaming in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_sqlite(source: Path, target: Path, tick: Tick) -> None:
    if not source.exists():
        raise BackupError(f"没有业务数据库 {source}：请检查 XINFANG_HOME、XINFANG_DATABASE_URL")
    uri = f"file:{quote(str(source))}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as office, closing(sqlite3.connect(target)) as copy:
        size = office.execute("PRAGMA page_size").fetchone()[0]
        office.execute("BEGIN")  # holds the moment: without it every change of another process begins the copy anew
        office.execute("SELECT count(*) FROM sqlite_master").fetchone()
        office.backup(copy, pages=PAGES, progress=lambda _state, left, all_: tick((all_ - left) * size, all_ * size))
        copy.execute("PRAGMA journal_mode=DELETE")
        _check_whole(copy, source.name)


def _check_whole(copy: sqlite3.Connection, name: str) -> None:
    try:
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said != "ok":
        raise BackupError(f"数据库文件 {name} 内部已损坏（{said}）：请换一份完好的备份，并检查磁盘")


def _look(connection: Connection, file: Path) -> Snapshot:
    if not {"petition", "alembic_version"} <= set(inspect(connection).get_table_names()):
        raise BackupError("业务数据库还没有建立：请先运行 xinfang up 或 xinfang migrate")

    def ask(sql: str) -> list[str]:
        return [row[0] for row in connection.execute(text(sql))]

    return Snapshot(
        file=file,
        revision=ask("SELECT version_num FROM alembic_version")[0],
        petitions=int(ask(ON_RECORD)[0]),
        events=int(ask("SELECT count(*) FROM case_event")[0]),
        papers=tuple(sorted(ask("SELECT DISTINCT sha256 FROM attachment"))),
    )


def _address(url: str) -> str:
    """The address in libpq's words, without the password: command lines can be read by everybody on the machine."""
    found = make_url(url)
    bare = URL.create("postgresql", found.username, None, found.host, found.port, found.database, found.query)
    return bare.render_as_string(hide_password=False)


def _password(url: str) -> str:
    return str(make_url(url).password or "")


def _run_tool(name: str, chosen: Settings, file: Path | None, tick: Tick, *arguments: str, password: str) -> None:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"} | ({"PGPASSWORD": password} if password else {})
    command = [_find_tool(name, chosen), "--no-password", *arguments]
    tick(0, None)
    with (
        TemporaryFile("w+") as words,
        subprocess.Popen(command, env=environment, stderr=words, stdin=subprocess.DEVNULL) as process,
    ):
        try:
            while process.poll() is None:
                time.sleep(0.1)
                tick(file.stat().st_size if file and file.exists() else 0, None)
        except BaseException:
            process.kill()
            raise
        words.seek(0)
        said = words.read().strip().splitlines()
    if process.returncode:
        raise BackupError(
            f"{name} 没有成功：{said[0] if said else f'代码 {process.returncode}'}。"
            "请检查数据库地址和权限，以及 PostgreSQL 客户端的版本是否不低于服务器和备份（XINFANG_PG_BIN）"
        )


def _find_tool(name: str, chosen: Settings) -> str:
    found = shutil.which(name, path=str(chosen.pg_bin) if chosen.pg_bin else None)
    if found is None:
        where = f"目录 {chosen.pg_bin} 里没有" if chosen.pg_bin else "这台机器上找不到"
        raise BackupError(f"{where} {name}：请安装 PostgreSQL 客户端程序，或用 XINFANG_PG_BIN 指明它所在的目录")
    return found
