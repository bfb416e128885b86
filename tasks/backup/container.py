"""The file of a backup: a plain tar with the database's snapshot, the sealed papers, and last a manifest with every checksum."""

import hashlib
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rules.errors import CaseworkError

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "keys.txt"
SNAPSHOTS = {"sqlite": "casework.db", "postgresql": "casework.dump"}
OURS = re.compile(r"casework\.(db|dump)|keys\.txt|manifest\.json|papers/([0-9a-f]{2})/\2[0-9a-f]{62}")
CHUNK = 1 << 20
LONGEST_MANIFEST = 1 << 30

BackupProgress = Callable[[str, int, int | None], None]
"""What is being done, bytes done, bytes in all where that is known."""


class BackupError(CaseworkError):
    """A backup cannot be made, read or restored; the sentence says which file and what to do."""


class PackedFile(BaseModel):
    """One file of a backup."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds; ``keys`` are fingerprints, newest first, never the keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal[1] = 1
    made_at: datetime
    version: str
    database: Literal["sqlite", "postgresql"]
    revision: str
    petitions: int
    events: int
    keys: tuple[str, ...]
    missing: tuple[str, ...] = ()
    """Papers that the database names and that were not there when the backup was made."""
    files: dict[str, PackedFile]

    @property
    def papers(self) -> int:
        """How many sealed papers it holds."""
        return sum(name.startswith("papers/") for name in self.files)

    @property
    def with_keys(self) -> bool:
        """Whether the sealing keys are in it."""
        return KEYS in self.files


@dataclass(frozen=True)
class Checked:
    """A backup whose every byte was compared with its manifest."""

    path: Path
    manifest: Manifest
    text: str
    """The manifest as it was signed."""
    signature: str


class BackupWriter:
    """Writes files into a backup one after the other, none of them held in memory."""

    def __init__(self, file: IO[bytes], made_at: datetime) -> None:
        """Begin a backup in an open file."""
        self._tar = tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 - closed by finish
        self._made_at = int(made_at.timestamp())
        self.files: dict[str, PackedFile] = {}

    def add(self, name: str, content: IO[bytes], size: int, tick: Callable[[int], None] = lambda _more: None) -> None:
        """Add ``size`` bytes under a name."""
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, self._made_at, 0o600
        counted = _Counted(content, tick)
        self._tar.addfile(info, counted)  # type: ignore[arg-type]
        self.files[name] = PackedFile(size=size, sha256=counted.digest.hexdigest())

    def finish(self, manifest: Manifest, sign: Callable[[str], str]) -> None:
        """Add the manifest and end the file."""
        text = manifest.model_dump_json()
        sealed = {"manifest": text, "sha256": hashlib.sha256(text.encode()).hexdigest(), "signature": sign(text)}
        content = json.dumps(sealed, ensure_ascii=False, indent=1).encode()
        self.add(MANIFEST, BytesIO(content), len(content))
        self._tar.close()


@dataclass
class _Counted:
    """Reads through to a file and notes what passes."""

    content: IO[bytes]
    tick: Callable[[int], None]
    digest: Any = field(default_factory=hashlib.sha256)

    def read(self, size: int) -> bytes:
        """Read on."""
        part = self.content.read(size)
        self.digest.update(part)
        self.tick(len(part))
        return part


def check_backup(path: Path, progress: BackupProgress = lambda _what, _done, _total: None) -> Checked:
    """Read a backup to its end and compare every file with the manifest.

    Raises ``BackupError`` that names the file when one is damaged, cut off, missing or foreign.
    """
    found: dict[str, PackedFile] = {}
    manifest = b""
    with _opened(path) as (tar, raw):
        size = path.stat().st_size
        for member in _members(path, tar, found):
            digest, kept = hashlib.sha256(), bytearray()
            for part in _parts(path, tar, member):
                digest.update(part)
                if member.name == MANIFEST:
                    kept += part
                progress("校验", raw.tell(), size)
            found[member.name] = PackedFile(size=member.size, sha256=digest.hexdigest())
            _refuse_filling(path, raw, member)
            manifest = bytes(kept) or manifest
    checked = _read_manifest(path, manifest, last=next(reversed(found), ""))
    found.pop(MANIFEST)
    _compare(path, checked.manifest, found)
    return checked


def copy_out(checked: Checked, folder: Path, progress: BackupProgress = lambda _what, _done, _total: None) -> None:
    """Copy the files of a checked backup into a folder; what changed since it was checked is refused."""
    wanted, done, total = checked.manifest.files, 0, sum(entry.size for entry in checked.manifest.files.values())
    with _opened(checked.path) as (tar, _raw):
        for member in _members(checked.path, tar, {}):
            if member.name == MANIFEST:
                continue
            place = folder / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with place.open("xb") as file:
                for part in _parts(checked.path, tar, member):
                    digest.update(part)
                    file.write(part)
                    done += len(part)
                    progress("取出", done, total)
            place.chmod(0o600)
            if member.name not in wanted or digest.hexdigest() != wanted[member.name].sha256:
                raise BackupError(f"备份 {checked.path.name} 在读取过程中被改动（{member.name}），请换一份完好的备份")


def read_keys(checked: Checked) -> list[str]:
    """The sealing keys that a backup holds; empty when it holds none."""
    if not checked.manifest.with_keys:
        return []
    with _opened(checked.path) as (tar, _raw):
        for member in _members(checked.path, tar, {}):
            if member.name == KEYS:
                return b"".join(_parts(checked.path, tar, member)).decode().split()
    return []


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            yield tar, raw
    except FileNotFoundError:
        raise BackupError(f"没有备份文件 {path}，请核对路径") from None
    except tarfile.TarError:
        raise BackupError(f"{path.name} 不是本系统的备份文件，或者文件已损坏，请换一份完好的备份") from None
    except OSError as error:
        raise BackupError(f"备份文件 {path} 无法读取：{error.strerror}") from error


def _members(path: Path, tar: tarfile.TarFile, found: dict[str, PackedFile]) -> Iterator[tarfile.TarInfo]:
    while (member := tar.next()) is not None:
        if not (member.isreg() and OURS.fullmatch(member.name)):
            raise BackupError(f"{path.name} 里有不认识的文件 {member.name}，不是本系统的备份，或者已被改动")
        if member.name in found or MANIFEST in found:
            raise BackupError(f"{path.name} 里的 {member.name} 多出一份，备份已被改动，请换一份完好的备份")
        if member.name == MANIFEST and member.size > LONGEST_MANIFEST:
            raise BackupError(f"{path.name} 里的 {MANIFEST} 已损坏，请换一份完好的备份")
        yield member
        tar.members.clear()  # type: ignore[attr-defined]  # a backup may hold a million papers


def _parts(path: Path, tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[bytes]:
    content = tar.extractfile(member)
    assert content is not None
    left = member.size
    while left:
        try:
            part = content.read(min(CHUNK, left))
        except tarfile.ReadError:
            part = b""
        if not part:
            raise BackupError(f"备份 {path.name} 不完整：{member.name} 缺少末尾，可能复制时中断，请重新复制或换一份备份")
        left -= len(part)
        yield part


def _refuse_filling(path: Path, raw: IO[bytes], member: tarfile.TarInfo) -> None:
    """Refuse anything but zeros after a file: no byte of a backup is outside of the check."""
    raw.seek(member.offset_data + member.size)
    last = member.name == MANIFEST
    filling = raw.read(2 * tarfile.RECORDSIZE if last else -member.size % tarfile.BLOCKSIZE)
    if filling.strip(b"\0") or (last and (raw.read(1) or raw.tell() % tarfile.RECORDSIZE)):
        raise BackupError(f"备份 {path.name} 在 {member.name} 之后有损坏，请换一份完好的备份")


def _read_manifest(path: Path, content: bytes, *, last: str) -> Checked:
    if not content:
        raise BackupError(f"备份 {path.name} 不完整：没有清单 {MANIFEST}，读到 {last or '开头'} 为止，请换一份完好的备份")
    try:
        sealed = json.loads(content)
        text, digest, signature = (str(sealed[name]) for name in ("manifest", "sha256", "signature"))
        if hashlib.sha256(text.encode()).hexdigest() != digest or set(sealed) != {"manifest", "sha256", "signature"}:
            raise ValueError
        if json.loads(text).get("format", 0) != FORMAT:
            raise BackupError(f"备份 {path.name} 的格式比本版本新，请用建立它的版本或更新的版本恢复")
        return Checked(path, Manifest.model_validate_json(text), text, signature)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise BackupError(f"备份 {path.name} 的清单 {MANIFEST} 已损坏，请换一份完好的备份") from None


def _compare(path: Path, manifest: Manifest, found: dict[str, PackedFile]) -> None:
    wanted = manifest.files
    for name in sorted(wanted.keys() | found.keys() | {SNAPSHOTS[manifest.database]}):
        if name not in found:
            raise BackupError(f"备份 {path.name} 里缺少 {name}，请换一份完好的备份")
        if name not in wanted:
            raise BackupError(f"备份 {path.name} 里多出清单上没有的 {name}，备份已被改动，请换一份完好的备份")
        if found[name] != wanted[name]:
            raise BackupError(f"备份 {path.name} 里的 {name} 已损坏（内容与清单不符），请换一份完好的备份")
