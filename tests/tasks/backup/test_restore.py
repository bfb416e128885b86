"""A restored office goes on where the backup was made: nothing lost, nothing sent twice, nobody's data overwritten."""

import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text
from sqlmodel import col, select

from desk.stack.whole import Stack
from models.attachment import Attachment
from models.bookmark import Bookmark
from models.outbox_message import OutboxMessage
from models.vocabulary.case import Step
from models.vocabulary.papers import MessageState
from notifications.rendering import Rendered
from rules.errors import CaseworkError
from tasks.backup.container import BackupError
from tasks.backup.making import make_backup
from tasks.backup.restore import STAGE, Restored, restore
from tasks.casework.drafts import Person
from tasks.casework.papers import read_paper
from tasks.keeping.database import Database, database
from tasks.keeping.home import forget_home
from tasks.keeping.schema import SchemaError, downgrade
from tasks.keeping.settings import settings
from tasks.keeping.vault import VaultError, key_path, read_or_make_keys, vault
from tasks.letters.outbox import requeue_held, send_due
from tasks.record.verifying import verify
from tasks.runs.bookmarks import anything_behind
from tests.conftest import ROOT, WANTED
from tests.tasks.keeping.test_schema import FIRST, REVISIONS, contents
from tests.worked import ASSIGNED, LAST_NIGHT, REGISTERED, signed_the_old_way
from trials.harness.databases import POSTGRES
from trials.harness.office import Office, at

MORNING = at(25, 10)
postgres_only = pytest.mark.skipif("postgresql" not in WANTED, reason="needs PostgreSQL")


@dataclass
class Elsewhere:
    """Another machine: an empty home, an empty database of the same kind, the keys of the first office."""

    home: Path
    url: str
    keys: str
    monkeypatch: pytest.MonkeyPatch

    def go(self, *, keys: str | None = None) -> None:
        """Let this process work there; without keys when they are empty."""
        self.monkeypatch.setenv("XINFANG_HOME", str(self.home))
        self.monkeypatch.setenv("XINFANG_DATABASE_URL", self.url)
        forget_home()
        self.home.mkdir(exist_ok=True)
        if wanted := self.keys if keys is None else keys:
            (self.home / "keys.txt").write_text(wanted)

    def restore(self, made: Path, **choice: Any) -> tuple[Office, Restored]:
        """Restore there, and give the office that came of it."""
        found = restore(made, database(), settings(), as_of=MORNING, **choice)
        return Office(database(), papers=50), found


@pytest.fixture
def elsewhere(worked: Office, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    home = tmp_path_factory.mktemp("other") / "home"
    name, url = f"xinfang_test_{uuid.uuid4().hex[:10]}", ""
    admin = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    if not worked.database.is_sqlite:
        url = f"{POSTGRES.rsplit('/', 1)[0]}/{name}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield Elsewhere(home, url, key_path(settings()).read_text(), monkeypatch)
    if url:
        database().engine.dispose()
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


@dataclass
class Post:
    """Keeps the ids of what left."""

    sent: list[str] = field(default_factory=list)

    def send(self, rendered: Rendered, *, address: str, message_id: str) -> None:
        if address:
            self.sent.append(message_id)

    def __call__(self, _address: str) -> "Post":
        return self

    def deliver(self, office: Office) -> list[str]:
        """Send all that is due; gives the ids of what left over a channel."""
        self.sent.clear()
        send_due(office.database, vault(), self, settings=settings(), as_of=at(25, 11), limit=500)
        return list(self.sent)


@pytest.fixture
def post(worked: Office, monkeypatch: pytest.MonkeyPatch) -> Post:
    monkeypatch.setenv("XINFANG_MAIL_CHANNEL", "mailtos://office:secret@example.com")
    monkeypatch.setenv("XINFANG_OFFICE_CHANNEL", "json://office.example.com")
    settings.cache_clear()
    return Post()


def keys_of(office: Office, *states: MessageState) -> set[str]:
    with office.database.read() as session:
        return set(session.exec(select(OutboxMessage.key).where(col(OutboxMessage.state).in_(states))))


class TestGoingOn:
    def test_everything_is_there_and_the_record_is_whole(self, made: Path, elsewhere: Elsewhere) -> None:
        elsewhere.go()
        office, found = elsewhere.restore(made)
        manifest = found.checked.manifest
        assert (found.petitions, found.findings, found.faults) == (2, (), ())
        assert found.events >= manifest.events
        assert not (elsewhere.home / STAGE).exists()
        with office.database.read() as session:
            assert read_paper(session.exec(select(Attachment)).one()) == b"%PDF scanned " * 5000

    def test_a_petition_takes_its_next_step_and_a_new_one_its_next_number(self, made: Path, elsewhere: Elsewhere) -> None:
        elsewhere.go()
        office, _ = elsewhere.restore(made)
        office.decide(REGISTERED, "screen", "Z01", as_of=MORNING, petition_class="申诉求决", content_code="城乡建设/物业服务")
        office.decide(f"{ASSIGNED}/1", "report", "L-SZJ", as_of=MORNING, choice="报结", outcome="诉求支持", text="已修复")
        assert (office.waits_at(REGISTERED), office.waits_at(f"{ASSIGNED}/1")) == (Step.PROPOSE, Step.EXAMINE)
        assert office.register(as_of=MORNING) == "XF-2026-0003"
        with office.database.read() as session:
            assert verify(session, vault()).findings == ()

    def test_what_was_registered_while_the_backup_was_made_is_not_half_in_it(
        self, worked: Office, elsewhere: Elsewhere, safe: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tasks.backup.snapshots.PAGES", 9)
        registered: list[str] = []

        def register(*_: object) -> None:
            if len(registered) < 20:
                registered.append(worked.register(as_of=at(25)))

        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT, progress=register)
        elsewhere.go()
        _, found = elsewhere.restore(made.path)
        assert registered
        assert (found.petitions, found.findings) == (made.manifest.petitions, ()) == (2, ())

    def test_a_person_is_still_found_by_a_number_that_is_sealed(self, made: Path, elsewhere: Elsewhere) -> None:
        elsewhere.go()
        office, _ = elsewhere.restore(made)
        again = office.register(as_of=MORNING, persons=(Person(name="钱来顺", phone="13911112222"),))
        assert office.look_for_duplicates(again, as_of=MORNING) == [ASSIGNED]

    def test_open_petitions_and_shares_want_a_run_of_an_engine_that_knows_none(
        self, worked: Office, elsewhere: Elsewhere, safe: Path
    ) -> None:
        lost = str(uuid.uuid4())
        with worked.database.write() as session:
            mark = session.get_one(Bookmark, REGISTERED)
            mark.run_id, mark.step, mark.behind, mark.seen_seq = lost, Step.SCREEN, False, mark.wanted_seq
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
        elsewhere.go()
        office, _ = elsewhere.restore(made)
        marks = [office.bookmark(subject) for subject in (ASSIGNED, REGISTERED, f"{ASSIGNED}/1", f"{ASSIGNED}/2")]
        assert [mark.behind for mark in marks if mark] == [True] * 4
        with office.database.read() as session:
            assert anything_behind(session, as_of=MORNING)

    def test_a_backup_of_the_first_version_comes_up_to_this_one(self, worked: Office, elsewhere: Elsewhere, safe: Path) -> None:
        signed_the_old_way(worked)
        downgrade(worked.database, FIRST)
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
        elsewhere.go()
        office, found = elsewhere.restore(made)
        assert found.checked.manifest.revision == FIRST
        assert contents(office.database)["alembic_version"] == [{"version_num": REVISIONS[0]}]
        assert (found.petitions, found.findings) == (2, ())

    def test_a_restored_office_can_be_backed_up_and_restored_again(self, made: Path, elsewhere: Elsewhere, safe: Path) -> None:
        elsewhere.go()
        office, _ = elsewhere.restore(made)
        again = make_backup(office.database, settings(), safe, as_of=MORNING)
        assert (again.manifest.petitions, again.manifest.papers, again.manifest.missing) == (2, 1, ())


class TestLetters:
    def test_what_was_sent_is_not_sent_again_and_what_may_have_left_waits_for_a_person(
        self, post: Post, made: Path, worked: Office, elsewhere: Elsewhere
    ) -> None:
        waiting = keys_of(worked, MessageState.QUEUED, MessageState.SENDING)
        elsewhere.go()
        office, found = elsewhere.restore(made)
        assert found.held > 0
        assert post.deliver(office) == []
        assert keys_of(office, MessageState.DEAD) <= waiting
        assert len(keys_of(office, MessageState.DEAD)) == found.held

    def test_what_was_held_leaves_once_when_a_person_says_so(self, post: Post, made: Path, elsewhere: Elsewhere) -> None:
        elsewhere.go()
        office, found = elsewhere.restore(made)
        with office.database.write() as session:
            assert requeue_held(session, as_of=MORNING) == found.held
        sent = post.deliver(office)
        assert (len(sent), len(set(sent))) == (found.held, found.held)
        assert post.deliver(office) == []

    def test_what_waited_leaves_once_when_nothing_can_have_left_since(
        self, post: Post, made: Path, worked: Office, elsewhere: Elsewhere
    ) -> None:
        sent_before = keys_of(worked, MessageState.SENT)
        elsewhere.go()
        office, found = elsewhere.restore(made, hold=False)
        assert found.held == 0
        sent = post.deliver(office)
        assert sent
        assert len(sent) == len(set(sent))
        assert post.deliver(office) == []
        assert keys_of(office, MessageState.SENT) >= sent_before

    def test_reminders_of_limits_that_came_due_since_the_backup_are_held_too(
        self, post: Post, worked: Office, elsewhere: Elsewhere, safe: Path
    ) -> None:
        """They may have left before the machine was lost; the sweep after the start would send them once more."""
        worked.register(as_of=at(25))
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
        later = at(13, month=4)
        elsewhere.go()
        found = restore(made, database(), settings(), as_of=later)
        office = Office(database())
        assert found.faults == ()
        assert {letter.state for letter in office.letters("XF-2026-0003") if letter.clock_id} == {MessageState.DEAD}
        send_due(office.database, vault(), post, settings=settings(), as_of=at(13, 11, month=4), limit=500)
        assert post.sent == []


class TestRefusing:
    @pytest.fixture
    def refused(self, made: Path, elsewhere: Elsewhere) -> Callable[..., None]:
        def check(words: str, kind: type[CaseworkError] = BackupError) -> None:
            before = everything(elsewhere.home)
            with pytest.raises(kind, match=words):
                restore(made, database(), settings(), as_of=MORNING)
            assert everything(elsewhere.home) == before

        return check

    def test_a_home_that_is_not_empty(self, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        elsewhere.go()
        (elsewhere.home / "papers").mkdir()
        refused(r"不是空的（papers）.*--home")

    def test_a_database_that_is_not_empty(self, worked: Office, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        elsewhere.go()
        with database().engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE somebodys (id INTEGER)")
        database().engine.dispose()
        refused(r"业务数据库 .* 不是空的，不会覆盖")

    def test_no_keys(self, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        elsewhere.go(keys="")
        refused("没有密钥：请先把备份时的密钥文件放到", VaultError)

    def test_keys_that_did_not_seal_it(self, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        elsewhere.go(keys=Fernet.generate_key().decode())
        refused(r"不是封存 .* 的密钥", VaultError)

    def test_the_newest_key_only_of_two(self, worked: Office, elsewhere: Elsewhere, safe: Path) -> None:
        newer = Fernet.generate_key().decode()
        key_path(settings()).write_text(f"{newer}\n{elsewhere.keys}")
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
        elsewhere.go(keys=newer)
        with pytest.raises(VaultError, match="不是封存"):
            elsewhere.restore(made)
        elsewhere.go(keys=f"{Fernet.generate_key().decode()}\n{newer}\n{elsewhere.keys}")
        assert elsewhere.restore(made)[1].findings == ()

    def test_a_manifest_that_other_keys_signed(self, made: Path, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        from tests.tasks.backup.test_backup import rewritten, signed_by_nobody

        rewritten(made, signed_by_nobody)
        elsewhere.go()
        refused("不是用现有密钥签的")

    @postgres_only
    def test_a_backup_of_the_other_kind(self, elsewhere: Elsewhere, refused: Callable[..., None]) -> None:
        elsewhere.url = f"sqlite:///{elsewhere.home / 'other.db'}" if elsewhere.url else POSTGRES
        elsewhere.go()
        refused(r"是 (SQLite|PostgreSQL) 的备份，现在设置的是 (PostgreSQL|SQLite)")

    def test_a_backup_of_a_newer_version(self, worked: Office, elsewhere: Elsewhere, safe: Path) -> None:
        with worked.database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'ffffffffffff'"))
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT).path
        elsewhere.go()
        with pytest.raises(SchemaError, match="比本版本新"):
            elsewhere.restore(made)
        assert not (elsewhere.home / "casework.db").exists()

    def test_an_engine_that_remembers_runs(self, elsewhere: Elsewhere, refused: Callable[..., None], tmp_path: Path) -> None:
        engine = Database(f"sqlite:///{tmp_path / 'engine.db'}")
        with engine.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE flow_run (id INTEGER)")
        engine.engine.dispose()
        elsewhere.monkeypatch.setenv("XINFANG_PREFECT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'engine.db'}")
        elsewhere.go()
        refused("流程引擎的数据库不是空的")


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.exists() else {}


class TestKeysInside:
    def test_they_are_put_in_place_when_there_are_none(self, worked: Office, elsewhere: Elsewhere, safe: Path) -> None:
        made = make_backup(worked.database, settings(), safe, as_of=LAST_NIGHT, with_keys=True).path
        elsewhere.go(keys="")
        _, found = elsewhere.restore(made)
        assert found.findings == ()
        assert read_or_make_keys(elsewhere.home / "keys.txt") == elsewhere.keys.split()
        assert oct((elsewhere.home / "keys.txt").stat().st_mode & 0o777) == "0o600"


class TestCutShort:
    @pytest.mark.parametrize("part", ["取出", "写入数据库", "升级、核验"])
    def test_it_is_done_by_the_same_call_again_and_nothing_starts_meanwhile(
        self, worked: Office, made: Path, elsewhere: Elsewhere, part: str
    ) -> None:
        if part == "写入数据库" and worked.database.is_sqlite:
            pytest.skip("on SQLite the database is put in its place in one step")
        elsewhere.go()
        command = [sys.executable, "-m", "tests.tasks.backup.backer", "restore", str(made)]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            while (said := process.stdout.readline().strip()) != part:  # type: ignore[union-attr]
                assert said
                process.stdin.write("\n")  # type: ignore[union-attr]
                process.stdin.flush()  # type: ignore[union-attr]
        finally:
            process.kill()
            process.communicate()
        with pytest.raises(BackupError, match="没有做完"):
            Stack(lambda _line: None).start()
        office, found = elsewhere.restore(made)
        assert (found.petitions, found.findings) == (2, ())
        assert office.waits_at(REGISTERED) is Step.SCREEN
        assert not (elsewhere.home / STAGE).exists()

    def test_another_backup_does_not_go_on_where_the_first_stopped(
        self, worked: Office, made: Path, elsewhere: Elsewhere, safe: Path
    ) -> None:
        other = make_backup(worked.database, settings(), safe / "other.tar", as_of=MORNING).path
        elsewhere.go()
        elsewhere.restore(made)
        (elsewhere.home / STAGE).mkdir()
        with pytest.raises(BackupError, match="另一份备份"):
            elsewhere.restore(other)
