"""Restoring a backup into an empty home: checked before anything is touched, repeatable when it is cut short."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import OperationalError

from tasks.backup.container import KEYS, SNAPSHOTS, BackupError, BackupProgress, Checked, check_backup, copy_out, read_keys
from tasks.backup.making import fits, hold_folder
from tasks.backup.snapshots import is_empty, move, put_back
from tasks.keeping.database import Database
from tasks.keeping.schema import migrate, refuse_newer
from tasks.keeping.settings import Settings
from tasks.keeping.vault import Vault, VaultError, key_path, keys_at_hand, vault
from tasks.letters.outbox import hold_on_the_way
from tasks.record.verifying import Finding, verify
from tasks.runs.bookmarks import want_runs_anew
from tasks.sweeping.sweep import sweep

STAGE = ".restore.part"
JOURNAL = "journal.txt"
"""Names the backup once its papers and keys are in place and its database is about to be."""

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What a restore brought back."""

    checked: Checked
    petitions: int
    events: int
    findings: tuple[Finding, ...]
    held: int
    """Messages that wait for a person because they may have left since the backup."""
    faults: tuple[str, ...]
    """Clocks whose step could not be taken; the sweep tries them again."""


def restore(
    path: Path,
    database: Database,
    chosen: Settings,
    *,
    as_of: datetime,
    hold: bool = True,
    progress: BackupProgress = lambda _what, _done, _total: None,
) -> Restored:
    """Bring a backup back into an empty home and an empty database, and the schema to this version.

    With ``hold`` no message leaves by itself that may have left since the backup: those that waited in it, and those of
    limits that have come due meanwhile. When it is cut short, the same call does what is left. Raises ``BackupError``,
    ``VaultError`` or ``SchemaError`` in the office's words.
    """
    checked = check_backup(path, progress)
    keys = _refuse_unfit(checked, database, chosen)
    try:
        with _one_at_a_time(chosen.home):
            if not _is_in_place(checked, database, chosen):
                _refuse_engine(chosen)
                _clear(chosen)
                _bring_in(checked, database, chosen, keys, progress)
            vault.cache_clear()
            restored = _finish(checked, database, chosen, as_of=as_of, hold=hold, progress=progress)
            shutil.rmtree(chosen.home / STAGE)
            return restored
    except OSError as error:
        raise BackupError(
            f"恢复没有做完（{error.strerror}）：请检查 {chosen.home} 是否可写、磁盘空间是否够用，再运行一次同一命令"
        ) from error


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = hold_folder(home)
    if handle is None:
        raise BackupError(f"另一个恢复正在往 {home} 里写，请等它做完")
    try:
        yield
    finally:
        os.close(handle)


def refuse_unfinished(chosen: Settings) -> None:
    """Raise ``BackupError`` while a restore that was cut short waits to be ended."""
    if (chosen.home / STAGE).exists():
        raise BackupError(f"{chosen.home} 里的恢复没有做完：请用同一份备份再运行一次 xinfang restore，做完之前不要启动")


def _refuse_unfit(checked: Checked, database: Database, chosen: Settings) -> list[str]:
    """Refuse a backup that does not belong here, before anything is touched; gives the keys that open it."""
    manifest, name = checked.manifest, checked.path.name
    here = "sqlite" if database.is_sqlite else "postgresql"
    if manifest.database != here:
        raise BackupError(
            f"{name} 是 {KINDS[manifest.database]} 的备份，现在设置的是 {KINDS[here]}：请修改 XINFANG_DATABASE_URL 后再恢复"
        )
    refuse_newer(manifest.revision)
    keys = keys_at_hand(chosen) or read_keys(checked)
    if not keys:
        raise VaultError(f"没有密钥：请先把备份时的密钥文件放到 {key_path(chosen)}（或设置 XINFANG_KEYS），再恢复")
    found = Vault(keys)
    if not fits(found, manifest):
        raise VaultError(f"现有密钥不是封存 {name} 的密钥：请换上备份时的密钥文件（{key_path(chosen)}），再恢复")
    if found.sign(checked.text) != checked.signature:
        raise BackupError(f"备份 {name} 的清单不是用现有密钥签的，备份可能被人改动，请换一份可信的备份")
    return keys


def _is_in_place(checked: Checked, database: Database, chosen: Settings) -> bool:
    """Say whether an earlier call got as far as the database; refuses a home or database that is somebody's."""
    stage = chosen.home / STAGE
    empty = is_empty(database)
    if stage.exists():
        journal = stage / JOURNAL
        if not empty and not (journal.exists() and journal.read_text() == checked.signature):
            raise BackupError("业务数据库里是另一份备份或别的数据：请换一个空的数据库和空的主目录（--home）再恢复")
        return not empty
    if not empty:
        raise BackupError(f"业务数据库 {_spoken(database)} 不是空的，不会覆盖：请换一个空的主目录（--home）或空的数据库再恢复")
    if others := sorted(path.name for path in _others(chosen)):
        raise BackupError(
            f"主目录 {chosen.home} 不是空的（{'、'.join(others[:3])}），不会覆盖：请用 --home 指定一个空目录，密钥文件可以先放进去"
        )
    return False


def _others(chosen: Settings) -> list[Path]:
    """What lies in the home besides the key file."""
    keys = key_path(chosen).resolve()
    return [path for path in chosen.home.iterdir() if path.resolve() != keys] if chosen.home.is_dir() else []


def _spoken(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=True)


def _refuse_engine(chosen: Settings) -> None:
    """Refuse an engine that remembers runs: numbers given out since the backup will be given out again."""
    if not chosen.prefect_database_url:
        return
    driver, _, rest = chosen.prefect_database_url.partition("://")
    engine = Database(f"{driver.partition('+')[0]}{'' if driver.startswith('sqlite') else '+psycopg'}://{rest}")
    try:
        empty = is_empty(engine)
    except OperationalError as error:
        raise BackupError("流程引擎的数据库连不上：请检查 XINFANG_PREFECT_DATABASE_URL，或先建一个空的数据库") from error
    finally:
        engine.engine.dispose()
    if not empty:
        raise BackupError(
            "流程引擎的数据库不是空的：里面的流程属于恢复之前的信访件，编号会张冠李戴。请为引擎另建一个空的数据库（XINFANG_PREFECT_DATABASE_URL）再恢复"
        )


def _clear(chosen: Settings) -> None:
    """Clear away what an earlier call left behind before the database was in its place."""
    stage = chosen.home / STAGE
    if stage.exists():
        shutil.rmtree(stage)
        shutil.rmtree(chosen.home / "papers", ignore_errors=True)
    stage.mkdir(mode=0o700, parents=True)


def _bring_in(checked: Checked, database: Database, chosen: Settings, keys: list[str], progress: BackupProgress) -> None:
    """Papers and keys first, the database last: only then is there an office."""
    stage = chosen.home / STAGE
    copy_out(checked, stage, progress)
    if (stage / "papers").exists():
        move(stage / "papers", chosen.home / "papers")
    if not keys_at_hand(chosen):
        (stage / KEYS).write_text("".join(f"{key}\n" for key in keys))
        move(stage / KEYS, key_path(chosen))
    (stage / JOURNAL).write_text(checked.signature)
    os.sync()
    put_back(database, chosen, stage / SNAPSHOTS[checked.manifest.database], _telling(progress, "写入数据库"))


def _finish(
    checked: Checked, database: Database, chosen: Settings, *, as_of: datetime, hold: bool, progress: BackupProgress
) -> Restored:
    progress("升级、核验", 0, None)
    migrate(database)
    faults: list[str] = []
    held = 0
    with database.write() as session:
        want_runs_anew(session, as_of=as_of)
    if hold:
        faults = sweep(database, as_of=as_of).faults
        with database.write() as session:
            held = hold_on_the_way(session, chosen)
    with database.read() as session:
        found = verify(session, vault())
    return Restored(
        checked=checked, petitions=found.petitions, events=found.events, findings=found.findings, held=held, faults=tuple(faults)
    )


def _telling(progress: BackupProgress, what: str) -> Callable[[int, int | None], None]:
    return lambda done, total: progress(what, done, total)
