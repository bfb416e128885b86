"""Backing up, checking and restoring as an administrator types it: what is printed, and with which code it ends."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from tasks.backup.restore import STAGE
from tasks.keeping.database import Database, database
from tasks.keeping.settings import settings
from tasks.keeping.vault import key_path
from tasks.letters.outbox import HELD
from tests.desk.cli.test_cases_command import Typist
from tests.worked import LAST_NIGHT, worked_office
from trials.harness.office import Office, at

# What is typed and printed is the same on every database; what is backed up is tried on each.
pytestmark = pytest.mark.parametrize("casework", ["sqlite"], indirect=True)
NAME = "xinfang-20260325-090000.tar"


@pytest.fixture
def safe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("safe")


@pytest.fixture
def worked(casework: Database, tmp_path_factory: pytest.TempPathFactory) -> Office:
    return worked_office(casework, tmp_path_factory.mktemp("scans") / "scan.pdf")


@pytest.fixture
def xinfang(worked: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typist:
    monkeypatch.setenv("XINFANG_OFFICE_CHANNEL", "json://office.example.com")
    settings.cache_clear()
    monkeypatch.setattr("desk.cli.backups.now", lambda: LAST_NIGHT)
    monkeypatch.setattr("desk.cli.papers.now", lambda: at(25, 10))
    return Typist(monkeypatch, capsys)


@pytest.fixture
def backup(xinfang: Typist, safe: Path) -> Path:
    code, _, err = xinfang("backup", str(safe))
    assert (code, err) == (0, "")
    return safe / NAME


class TestBackup:
    def test_says_what_is_in_it_and_where_the_keys_are(self, xinfang: Typist, safe: Path) -> None:
        code, out, err = xinfang("backup", str(safe))
        assert (code, err) == (0, "")
        assert "信访件 2 件" in out
        assert "材料 1 份" in out
        assert str(safe / NAME) in out
        assert f"密钥不在备份里，在 {key_path(settings())}" in out

    def test_says_where_the_keys_are_when_they_are_in_the_environment(
        self, xinfang: Typist, safe: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XINFANG_KEYS", key_path(settings()).read_text().strip())
        settings.cache_clear()
        assert "在 环境变量 XINFANG_KEYS" in xinfang("backup", str(safe))[1]

    def test_warns_of_a_backup_with_the_keys_in_it(self, xinfang: Typist, safe: Path) -> None:
        assert "这份备份里有密钥" in xinfang("backup", str(safe), "--with-keys")[1]

    def test_ends_with_one_and_names_the_papers_that_are_gone(self, xinfang: Typist, safe: Path) -> None:
        paper = next(path for path in (settings().home / "papers").rglob("*") if path.is_file())
        paper.unlink()
        code, out, err = xinfang("backup", str(safe))
        assert code == 1
        assert f"缺少：papers/{paper.parent.name}/{paper.name}" in out
        assert "有 1 份不在主目录里" in err
        assert (safe / NAME).exists()

    @pytest.mark.parametrize(
        ("where", "words"),
        [
            pytest.param("nowhere/b.tar", "没有文件夹", id="no such folder"),
            pytest.param("b.tar", "已经存在", id="a name that is taken"),
        ],
    )
    def test_ends_with_one_sentence_when_it_cannot_be_made(self, xinfang: Typist, safe: Path, where: str, words: str) -> None:
        (safe / "b.tar").touch()
        code, out, err = xinfang("backup", str(safe / where))
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert words in err


class TestCheck:
    @pytest.mark.parametrize("command", ["backup", "restore"])
    def test_says_that_it_is_whole_and_that_the_keys_open_it(self, xinfang: Typist, backup: Path, command: str) -> None:
        before = backup.read_bytes()
        code, out, err = xinfang(command, str(backup), "--check")
        assert (code, err) == (0, "")
        assert "现有密钥可以打开这份备份" in out
        assert f"{NAME} 完好，共 2 个文件" in out
        assert backup.read_bytes() == before

    def test_needs_no_keys_and_makes_none(self, xinfang: Typist, backup: Path) -> None:
        key_path(settings()).unlink()
        code, out, _ = xinfang("backup", "--check", str(backup))
        assert code == 0
        assert "手头没有密钥" in out
        assert not key_path(settings()).exists()

    def test_says_when_the_keys_are_others(self, xinfang: Typist, backup: Path) -> None:
        key_path(settings()).write_text(Fernet.generate_key().decode())
        code, _, err = xinfang("backup", "--check", str(backup))
        assert code == 1
        assert "现有密钥打不开它" in err

    def test_ends_with_one_sentence_that_names_what_is_damaged(self, xinfang: Typist, backup: Path) -> None:
        content = bytearray(backup.read_bytes())
        content[4096] ^= 1
        backup.write_bytes(content)
        code, out, err = xinfang("backup", "--check", str(backup))
        assert (code, out) == (1, "")
        assert f"备份 {NAME} 里的 casework.db 已损坏" in err


class TestRestore:
    @pytest.fixture
    def empty(self, backup: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """An empty home with the keys in it."""
        home = tmp_path_factory.mktemp("empty-home")
        (home / "keys.txt").write_bytes(key_path(settings()).read_bytes())
        return home

    def test_brings_the_office_back_and_says_what_comes_next(self, xinfang: Typist, backup: Path, empty: Path) -> None:
        code, out, err = xinfang("restore", str(backup), "--home", str(empty))
        assert (code, err) == (0, "")
        assert f"已恢复到 {empty}：信访件 2 件" in out
        assert "材料 1 份，核验发现 0 处问题" in out
        assert "备份之后可能已经发出，没有自动发送" in out
        assert f"XINFANG_HOME={empty} xinfang up" in out
        code, out, _ = xinfang("verify")
        assert (code, settings().home) == (0, empty)
        assert "核验 2 件" in out

    def test_letters_show_why_they_wait_and_leave_when_told_to(self, xinfang: Typist, backup: Path, empty: Path) -> None:
        xinfang("restore", str(backup), "--home", str(empty))
        assert HELD[:6] in xinfang("letters")[1].replace("\n", "")
        out = xinfang("letters", "--retry-held")[1]
        assert HELD[:6] not in out
        assert "待发" in out

    def test_sends_what_waited_when_told_to(self, xinfang: Typist, backup: Path, empty: Path) -> None:
        out = xinfang("restore", str(backup), "--home", str(empty), "--send-letters")[1]
        assert "没有自动发送" not in out
        assert HELD[:6] not in xinfang("letters")[1].replace("\n", "")

    def test_a_second_time_is_refused_and_nothing_is_overwritten(self, xinfang: Typist, backup: Path, empty: Path) -> None:
        xinfang("restore", str(backup), "--home", str(empty))
        code, out, err = xinfang("restore", str(backup), "--home", str(empty))
        assert (code, out) == (1, "")
        assert "不是空的，不会覆盖" in err

    def test_findings_are_told_and_nobody_is_sent_to_start(
        self, xinfang: Typist, worked: Office, safe: Path, empty: Path
    ) -> None:
        with database().engine.begin() as connection:
            connection.execute(text("UPDATE case_event SET actor_code = 'Z02' WHERE id = 3"))
        assert xinfang("backup", str(safe / "b.tar"))[0] == 0
        code, out, err = xinfang("restore", str(safe / "b.tar"), "--home", str(empty))
        assert code == 1
        assert "记录内容被改动" in out
        assert "xinfang up" not in out
        assert "核验发现 1 处问题" in err


class TestNothingStarts:
    @pytest.mark.parametrize("command", ["up", "migrate"])
    def test_while_a_restore_is_not_done(self, xinfang: Typist, command: str) -> None:
        (settings().home / STAGE).mkdir()
        code, _, err = xinfang(command)
        assert code == 1
        assert "恢复没有做完" in err

    def test_on_a_database_of_a_newer_version(self, xinfang: Typist) -> None:
        with database().engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'ffffffffffff'"))
        code, _, err = xinfang("migrate")
        assert code == 1
        assert "比本版本新" in err
