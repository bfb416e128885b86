"""A backup holds one whole moment of a working office; a damaged, foreign or half one is never taken for a backup."""

import io
import json
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from rules.errors import CaseworkError
from tasks.backup.container import BackupError, check_backup
from tasks.backup.making import make_backup
from tasks.keeping.database import Database
from tasks.keeping.settings import settings
from tasks.keeping.vault import VaultError, key_path
from tests.conftest import ROOT, WANTED
from tests.worked import LAST_NIGHT, emptied
from trials.harness.office import Office, at

once = pytest.mark.parametrize("casework", WANTED[:1], indirect=True)


def rows(database: Database, table: str) -> int:
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


class TestMaking:
    def test_the_database_and_the_papers_are_in_it_and_everything_is_counted(self, worked: Office, made: Path) -> None:
        manifest = check_backup(made).manifest
        assert (manifest.petitions, manifest.events, manifest.papers) == (2, rows(worked.database, "case_event"), 1)
        assert manifest.made_at == LAST_NIGHT
        assert manifest.database == ("sqlite" if worked.database.is_sqlite else "postgresql")
        assert made.name == "xinfang-20260325-090000.tar"

    def test_only_its_owner_can_read_it_and_nothing_is_left_beside_it(self, made: Path) -> None:
        assert oct(made.stat().st_mode & 0o777) == "0o600"
        assert list(made.parent.iterdir()) == [made]

    def test_the_keys_are_not_in_it(self, made: Path) -> None:
        assert key_path(settings()).read_text().strip().encode() not in made.read_bytes()
        assert not check_backup(made).manifest.with_keys

    def test_the_keys_are_in_it_when_somebody_asks_for_that(self, worked: Office, safe: Path) -> None:
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT, with_keys=True)
        assert key_path(settings()).read_text().strip().encode() in made.path.read_bytes()
        assert check_backup(made.path).manifest.with_keys

    def test_no_name_can_be_read_in_it(self, made: Path) -> None:
        with tarfile.open(made) as tar:
            words = b"".join(tar.extractfile(member).read() for member in tar)  # type: ignore[union-attr]
        assert "钱来顺".encode() not in words
        assert b"scanned" not in words

    def test_a_paper_that_is_gone_is_named(self, worked: Office, safe: Path) -> None:
        paper = next(path for path in (settings().home / "papers").rglob("*") if path.is_file())
        paper.unlink()
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT)
        assert made.manifest.missing == (paper.name,)
        assert check_backup(made.path).manifest.papers == 0

    def test_a_writer_at_work_is_not_kept_waiting_and_the_moment_is_whole(
        self, worked: Office, safe: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every look at the work registers another petition: counts and database are those of one moment all the same."""
        monkeypatch.setattr("tasks.backup.snapshots.PAGES", 9)
        registered: list[str] = []

        def register(*_: object) -> None:
            if len(registered) < 20:
                registered.append(worked.register(as_of=at(25)))

        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT, progress=register)
        assert len(registered) >= 5
        assert rows(worked.database, "petition") == 2 + len(registered)
        assert made.manifest.petitions == 2

    def test_another_process_that_writes_all_the_time_does_not_hold_it_up(self, worked: Office, safe: Path) -> None:
        end = threading.Event()
        numbers: list[str] = []

        def work() -> None:
            while not end.is_set():
                numbers.append(worked.register(as_of=at(25)))

        writer = threading.Thread(target=work)
        writer.start()
        try:
            made = [make_backup(worked.database, settings(), safe / f"{n}.tar", as_of=LAST_NIGHT).manifest for n in range(3)]
        finally:
            end.set()
            writer.join()
        assert all(manifest.petitions <= 2 + len(numbers) for manifest in made)
        assert [manifest.events - manifest.petitions for manifest in made] == [
            rows(worked.database, "case_event") - 2 - len(numbers)
        ] * 3


class TestRefusing:
    @pytest.fixture
    def refused(self, worked: Office, safe: Path) -> Callable[[str, type[CaseworkError]], None]:
        def check(words: str, kind: type[CaseworkError] = BackupError) -> None:
            with pytest.raises(kind, match=words):
                make_backup(worked.database, settings(), safe / "b.tar", as_of=LAST_NIGHT)
            assert [path.name for path in safe.iterdir() if path.name.startswith(".")] == []

        return check

    def test_an_existing_file_is_never_overwritten(self, safe: Path, refused: Callable[..., None]) -> None:
        (safe / "b.tar").write_text("something dear")
        refused("已经存在，不会覆盖")
        assert (safe / "b.tar").read_text() == "something dear"

    def test_no_keys(self, refused: Callable[..., None]) -> None:
        key_path(settings()).unlink()
        refused("没有密钥", VaultError)
        assert not key_path(settings()).exists()

    def test_keys_of_another_office(self, refused: Callable[..., None]) -> None:
        key_path(settings()).write_text(Fernet.generate_key().decode())
        refused("不配套", VaultError)

    def test_a_database_without_an_office(self, worked: Office, refused: Callable[..., None]) -> None:
        emptied(worked.database)
        refused("还没有建立")

    @pytest.mark.skipif("postgresql" not in WANTED, reason="only PostgreSQL needs pg_dump")
    @pytest.mark.parametrize("casework", ["postgresql"], indirect=True)
    def test_a_machine_without_pg_dump(
        self, refused: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XINFANG_PG_BIN", str(tmp_path))
        settings.cache_clear()
        refused("没有 pg_dump：请安装 PostgreSQL 客户端程序")

    @pytest.mark.skipif("postgresql" not in WANTED, reason="only PostgreSQL needs pg_dump")
    @pytest.mark.parametrize("casework", ["postgresql"], indirect=True)
    def test_a_pg_dump_that_fails(self, refused: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        tool = tmp_path / "pg_dump"
        tool.write_text("#!/bin/sh\necho 'pg_dump: error: aborting because of server version mismatch' >&2\nexit 1\n")
        tool.chmod(0o755)
        monkeypatch.setenv("XINFANG_PG_BIN", str(tmp_path))
        settings.cache_clear()
        refused(r"server version mismatch.*版本")


class TestKilled:
    @pytest.fixture
    def start(self, worked: Office, safe: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
        started: list[subprocess.Popen[str]] = []

        def start_one() -> "subprocess.Popen[str]":
            command = [sys.executable, "-m", "tests.tasks.backup.backer", "backup", str(safe / "b.tar")]
            started.append(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            return started[-1]

        yield start_one
        for process in started:
            process.kill()
            process.communicate()

    @pytest.mark.parametrize("part", ["数据库", "写入数据库", "材料"])
    def test_half_a_backup_never_looks_like_one_and_the_next_clears_it_away(
        self, start: Callable[[], "subprocess.Popen[str]"], worked: Office, safe: Path, part: str
    ) -> None:
        process = start()
        while (said := process.stdout.readline().strip()) != part:  # type: ignore[union-attr]
            assert said
            process.stdin.write("\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        process.kill()
        assert process.wait(30) == -9
        left = [path.name for path in safe.iterdir()]
        assert len(left) == 1
        assert left[0].startswith(".b.tar.")
        made = make_backup(worked.database, settings(), safe / "b.tar", as_of=LAST_NIGHT)
        assert list(safe.iterdir()) == [made.path]
        assert check_backup(made.path).manifest.petitions == 2

    def test_one_that_still_works_is_not_cleared_away(
        self, start: Callable[[], "subprocess.Popen[str]"], worked: Office, safe: Path
    ) -> None:
        process = start()
        assert process.stdout.readline().strip() == "数据库"  # type: ignore[union-attr]
        make_backup(worked.database, settings(), safe / "b.tar", as_of=LAST_NIGHT)
        os.rename(safe / "b.tar", safe / "other.tar")
        said, _ = process.communicate("\n" * 9, timeout=60)
        assert said.split()[-1] == "done"
        assert check_backup(safe / "b.tar").manifest.petitions == 2


def rewritten(made: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup anew as somebody with tar would, after changing what is in it."""
    with tarfile.open(made) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    change(files)
    with tarfile.open(made, "w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))


def paper_in(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("papers/"))


def snapshot_in(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("casework."))


def changed(name: Callable[[dict[str, bytes]], str]) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        content = bytearray(files[name(files)])
        content[len(content) // 2] ^= 1
        files[name(files)] = bytes(content)

    return change


def foreign(name: str) -> Callable[[dict[str, bytes]], None]:
    def add(files: dict[str, bytes]) -> None:
        manifest = files.pop("manifest.json")
        files.update({name: b"x", "manifest.json": manifest})

    return add


def renamed_paper(files: dict[str, bytes]) -> None:
    manifest = files.pop("manifest.json")
    files["papers/ab/ab" + "0" * 62] = files.pop(paper_in(files))
    files["manifest.json"] = manifest


def other_counts(files: dict[str, bytes]) -> None:
    sealed = json.loads(files["manifest.json"])
    sealed["manifest"] = sealed["manifest"].replace('"petitions":2', '"petitions":1')
    files["manifest.json"] = json.dumps(sealed).encode()


def signed_by_nobody(files: dict[str, bytes]) -> None:
    sealed = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(sealed | {"signature": "0" * 64}).encode()


def later_format(files: dict[str, bytes]) -> None:
    import hashlib

    text = json.loads(files["manifest.json"])["manifest"].replace('"format":1', '"format":2')
    files["manifest.json"] = json.dumps(
        {"manifest": text, "sha256": hashlib.sha256(text.encode()).hexdigest(), "signature": ""}
    ).encode()


@once
class TestDamage:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            pytest.param(changed(snapshot_in), r"casework\.\w+ 已损坏", id="a changed byte of the database"),
            pytest.param(changed(paper_in), "papers/.* 已损坏", id="a changed byte of a paper"),
            pytest.param(changed(lambda _: "manifest.json"), r"manifest\.json 已损坏", id="a changed byte of the manifest"),
            pytest.param(other_counts, r"manifest\.json 已损坏", id="a manifest that says something else"),
            pytest.param(later_format, "比本版本新", id="the format of a later version"),
            pytest.param(lambda files: files.pop(paper_in(files)), "缺少 papers/", id="a missing paper"),
            pytest.param(lambda files: files.pop(snapshot_in(files)), "缺少 casework", id="a missing database"),
            pytest.param(
                lambda files: files.pop("manifest.json"), r"没有清单 manifest\.json，读到 papers/", id="a missing manifest"
            ),
            pytest.param(renamed_paper, "缺少 papers/|多出清单上没有的 papers/ab/", id="a paper under another name"),
            pytest.param(foreign("keys.txt"), r"多出清单上没有的 keys\.txt", id="a file that the manifest does not name"),
            pytest.param(foreign("passwd"), "不认识的文件 passwd", id="a foreign file"),
            pytest.param(foreign("../casework.db"), r"不认识的文件 \.\./casework\.db", id="a file that would climb out"),
            pytest.param(
                lambda files: files.update({"keys.txt": b"x"}), r"manifest\.json 之后有损坏", id="a file after the manifest"
            ),
        ],
    )
    def test_is_refused_and_named(self, made: Path, change: Callable[[dict[str, bytes]], None], words: str) -> None:
        rewritten(made, change)
        with pytest.raises(BackupError, match=words):
            check_backup(made)

    def test_a_backup_that_was_only_rewritten_is_whole(self, made: Path) -> None:
        rewritten(made, lambda _files: None)
        check_backup(made)

    def test_a_link_is_no_file(self, made: Path, safe: Path) -> None:
        with tarfile.open(safe / "link.tar", "w") as tar:
            link = tarfile.TarInfo("casework.db")
            link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(link)
        with pytest.raises(BackupError, match="不认识的文件"):
            check_backup(safe / "link.tar")

    def test_however_short_it_is_cut_it_is_refused(self, made: Path) -> None:
        whole = made.read_bytes()
        for size in [*range(0, len(whole), len(whole) // 60), len(whole) - 1, len(whole) - 512]:
            made.write_bytes(whole[:size])
            with pytest.raises(BackupError, match=r"不完整|不是本系统的备份|有损坏|已损坏"):
                check_backup(made)

    def test_wherever_a_byte_is_changed_it_is_refused(self, made: Path) -> None:
        whole = made.read_bytes()
        for place in range(0, len(whole), len(whole) // 400 | 1):
            if whole[place : place + 1] == b" " and place % 512 == 155:
                continue  # a blank after a header's own checksum says nothing
            made.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
            with pytest.raises(BackupError):
                check_backup(made)


class TestNoBackup:
    @pytest.mark.parametrize(
        "content",
        [pytest.param(b"", id="an empty file"), pytest.param(b"PK\x03\x04 something else " * 999, id="another kind of file")],
    )
    def test_what_is_no_backup_is_refused(self, safe: Path, content: bytes) -> None:
        (safe / "b.tar").write_bytes(content)
        with pytest.raises(BackupError, match=r"b\.tar"):
            check_backup(safe / "b.tar")

    def test_a_file_that_is_not_there_is_named(self, safe: Path) -> None:
        with pytest.raises(BackupError, match="没有备份文件"):
            check_backup(safe / "b.tar")
