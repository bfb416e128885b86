"""Making a backup while the office works: one moment of the database, the papers it names, a signed manifest."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from sqlalchemy import Connection
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from models.petition import Petition
from tasks.backup.container import KEYS, SNAPSHOTS, BackupError, BackupProgress, BackupWriter, Manifest
from tasks.backup.snapshots import Snapshot, snapshot, sync_folder
from tasks.keeping.database import Database
from tasks.keeping.settings import Settings
from tasks.keeping.vault import Vault, VaultError, keys_at_hand
from tasks.record.chain import head_seal

PART = ".part"


@dataclass(frozen=True)
class MadeBackup:
    """A backup that is whole and in its place."""

    path: Path
    size: int
    manifest: Manifest


def make_backup(
    database: Database,
    chosen: Settings,
    target: Path,
    *,
    as_of: datetime,
    with_keys: bool = False,
    progress: BackupProgress = lambda _what, _done, _total: None,
) -> MadeBackup:
    """Write a backup to ``target``, or under a name of its own into it when it is a folder.

    It is written beside its place and moved there when it is whole and on the disk; an existing file is never
    overwritten. Raises ``BackupError`` or ``VaultError`` in the office's words; nothing is left behind then.
    """
    place = _place(target, as_of)
    keys = keys_at_hand(chosen)
    vault = Vault(keys)
    try:
        with _workplace(place) as work:
            file = work / place.name
            with snapshot(database, chosen, work / "snapshot", _telling(progress, "数据库")) as (shot, moment):
                _refuse_wrong_keys(moment, vault)
                with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
                    contents = _Contents(_kind(database), shot, chosen.home / "papers", vault, keys if with_keys else [])
                    manifest = _write(out, contents, as_of, progress)
                    out.flush()
                    os.fsync(out.fileno())
            if place.exists():
                raise BackupError(f"{place} 已经存在，不会覆盖，请换一个名字")
            os.replace(file, place)
            sync_folder(place.parent)
    except OSError as error:
        raise BackupError(f"备份没有写成（{error.strerror}）：请检查 {place.parent} 是否可写、磁盘空间是否够用") from error
    return MadeBackup(place, place.stat().st_size, manifest)


def fits(vault: Vault, manifest: Manifest) -> bool:
    """Say whether keys open everything that the keys of a backup sealed; newer keys may have come since."""
    return bool(manifest.keys) and set(manifest.keys) <= set(vault.fingerprints) and manifest.keys[-1] == vault.fingerprints[-1]


def _place(target: Path, as_of: datetime) -> Path:
    place = target / f"xinfang-{as_of:%Y%m%d-%H%M%S}.tar" if target.is_dir() else target
    if place.exists():
        raise BackupError(f"{place} 已经存在，不会覆盖，请换一个名字")
    if not place.parent.is_dir():
        raise BackupError(f"没有文件夹 {place.parent}，请先建立或另指定一个位置")
    return place.resolve()


@dataclass(frozen=True)
class _Contents:
    """What goes into a backup: one moment of the database, the papers that it names, and keys where they are wanted."""

    database: str
    shot: Snapshot
    papers: Path
    vault: Vault
    keys: list[str]


def _kind(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


def _write(out: IO[bytes], contents: _Contents, as_of: datetime, progress: BackupProgress) -> Manifest:
    shot = contents.shot
    writer = BackupWriter(out, as_of)
    _add(writer, SNAPSHOTS[contents.database], shot.file, _telling(progress, "写入数据库"))
    missing = _add_papers(writer, contents.papers, shot.papers, progress)
    if contents.keys:
        content = "".join(f"{key}\n" for key in contents.keys).encode()
        writer.add(KEYS, BytesIO(content), len(content))
    manifest = Manifest(
        made_at=as_of,
        version=_version(),
        database=contents.database,
        revision=shot.revision,
        petitions=shot.petitions,
        events=shot.events,
        keys=contents.vault.fingerprints,
        missing=missing,
        files=dict(writer.files),
    )
    writer.finish(manifest, contents.vault.sign)
    return manifest


def _add_papers(writer: BackupWriter, folder: Path, digests: tuple[str, ...], progress: BackupProgress) -> tuple[str, ...]:
    missing = []
    for done, digest in enumerate(digests):
        progress("材料", done, len(digests))
        try:
            _add(writer, f"papers/{digest[:2]}/{digest}", folder / digest[:2] / digest, lambda _done, _total: None)
        except FileNotFoundError:
            missing.append(digest)
    progress("材料", len(digests), len(digests))
    return tuple(missing)


def _add(writer: BackupWriter, name: str, path: Path, tick: Callable[[int, int | None], None]) -> None:
    with path.open("rb") as content:
        size, done = os.fstat(content.fileno()).st_size, 0

        def told(more: int) -> None:
            nonlocal done
            done += more
            tick(done, size)

        writer.add(name, content, size, told)


def _telling(progress: BackupProgress, what: str) -> Callable[[int, int | None], None]:
    return lambda done, total: progress(what, done, total)


def _refuse_wrong_keys(moment: Connection, vault: Vault) -> None:
    """Look at one petition's seal: a backup that says which keys it needs must not name the wrong ones."""
    with Session(bind=moment) as session:
        signed = [getattr(Petition, name) for name in ("id", "number", "state", "last_seq", "head_hash", "head_seal")]
        known = session.execute(sa_select(*signed).where(col(Petition.head_seal) != "").limit(1)).first()  # of any version
        if known is not None and known.head_seal != head_seal(known, vault):
            raise VaultError("现有密钥与业务数据库不配套，没有备份：请先找回原来的密钥文件（xinfang verify 可以核对）")


@contextmanager
def _workplace(place: Path) -> Iterator[Path]:
    """A folder beside the place, for the owner only; those that killed backups left behind are cleared away."""
    ours = (f".{place.name}.*{PART}", f".xinfang-*.tar.*{PART}")
    for left in {left for pattern in ours for left in place.parent.glob(pattern)}:
        if lock := hold_folder(left):
            shutil.rmtree(left, ignore_errors=True)
            os.close(lock)
    work = Path(mkdtemp(prefix=f".{place.name}.", suffix=PART, dir=place.parent))
    handle = hold_folder(work)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if handle:
            os.close(handle)


def hold_folder(folder: Path) -> int | None:
    """Hold a folder until the handle is closed or the process dies; nothing when another process holds it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _version() -> str:
    try:
        return version("xinfang")
    except PackageNotFoundError:
        return "unknown"
