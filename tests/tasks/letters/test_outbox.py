"""Every message leaves once it can, never lost, never by two senders at a time, and waits for a person in the end."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sqlalchemy import text

from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.tables import METADATA
from models.vocabulary.case import Channel, State
from models.vocabulary.papers import Letter, MessageState
from notifications.channels import ChannelError, channel_for
from notifications.rendering import Rendered
from rules.errors import TransitionRefusedError, UnknownCaseError
from tasks.keeping.database import Database
from tasks.keeping.settings import Settings
from tasks.keeping.vault import Vault
from tasks.letters.outbox import BROKEN, SendReport, anything_due, claim_due, requeue_dead, send_due, stable_id
from tests.notifications.invented import FACTS, PERSONAL
from trials.harness.mailbox import Mailbox, mailbox

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise 1.13 imports it
NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LEASE = 5 * MINUTE
MAILBOX = "mailto:qian.laishun@example.com"


@dataclass
class FakeChannel:
    """Keeps the ids of what it sent; refuses at first; may do something else in the middle of it."""

    fail_times: int = 0
    sent: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    fault: Exception = field(default_factory=lambda: ChannelError("通道没有接收函件"))

    def send(self, rendered: Rendered, *, address: str, message_id: str) -> None:
        assert rendered.text
        self.addresses.append(address)
        if self.fail_times:
            self.fail_times -= 1
            raise self.fault
        self.sent.append(message_id)
        self.meanwhile()

    def __call__(self, _address: str) -> "FakeChannel":
        return self


@dataclass
class PostRoom:
    """A database with one petition that has letters to send, the keys, and the settings."""

    database: Database
    vault: Vault
    settings: Settings

    def queue(self, key: str = "1:4:letter:unit1", *, address: str = "", letter: Letter = Letter.RECEIPT) -> int:
        sealed = self.vault.seal(address) if address else None
        message = OutboxMessage(
            key=key,
            petition_id=1,
            event_seq=4,
            letter=letter,
            addressee="信访人",
            address_sealed=sealed,
            facts_sealed=self.vault.seal_facts(FACTS),
            next_try_at=NOON,
            created_at=NOON,
        )
        with self.database.write() as session:
            session.add(message)
        return message.id or 0

    def change(self, message_id: int, **columns: object) -> None:
        with self.database.write() as session:
            message = session.get_one(OutboxMessage, message_id)
            for column, value in columns.items():
                setattr(message, column, value)

    def read(self, message_id: int) -> OutboxMessage:
        with self.database.read() as session:
            return session.get_one(OutboxMessage, message_id)

    def due(self, as_of: datetime) -> bool:
        with self.database.read() as session:
            return anything_due(session, as_of=as_of)

    def claim(self, as_of: datetime, limit: int = 50) -> list[str]:
        with self.database.write() as session:
            return [message.key for message in claim_due(session, as_of=as_of, limit=limit, lease=LEASE)]

    def send(self, channel: FakeChannel, as_of: datetime = NOON) -> SendReport:
        return send_due(self.database, self.vault, channel, settings=self.settings, as_of=as_of)

    def post(self, as_of: datetime = NOON) -> SendReport:
        return send_due(self.database, self.vault, channel_for, settings=self.settings, as_of=as_of)


def settings_for(box: Mailbox | None = None) -> Settings:
    mail = box.address.replace("//", "//clerk:S3cret@") if box else ""
    return Settings(
        outbox_tries=3,
        outbox_first_pause=30 * SECOND,
        outbox_lease=LEASE,
        mail_channel=SecretStr(mail),
        office_channel=SecretStr("wecombot://office"),
    )


def open_room(database: Database) -> PostRoom:
    vault = Vault([Fernet.generate_key().decode()])
    petition = Petition(
        id=1,
        intake_key="one",
        state=State.REGISTERED,
        channel=Channel.LETTER,
        receipt_on=date(2026, 3, 2),
        title="噪声",
        content_sealed=vault.seal("噪声"),
        created_at=NOON,
    )
    with database.write() as session:
        session.add(petition)
    return PostRoom(database, vault, settings_for())


@pytest.fixture
def room(tmp_path: Path) -> PostRoom:
    database = Database(f"sqlite:///{tmp_path / 'casework.db'}")
    METADATA.create_all(database.engine)
    return open_room(database)


@pytest.fixture
def any_room(casework: Database) -> PostRoom:
    """The same on each kind of database: they lock rows in different ways."""
    return open_room(casework)


class TestPost:
    def test_leaves_at_the_third_try_exactly_once(self, room: PostRoom) -> None:
        """A real mail server is busy twice: the waits are 30 and 60 seconds, and one mail is in the box."""
        message_id = room.queue(address=MAILBOX)
        with mailbox("451 busy", "451 still busy") as box:
            room.settings = Settings(outbox_first_pause=30 * SECOND, mail_channel=SecretStr(box.address), outbox_lease=LEASE)
            walk = [room.post(NOON + wait * SECOND) for wait in (0, 29, 30, 89, 90, 3600)]
        assert [(report.sent, report.failed) for report in walk] == [(0, 1), (0, 0), (0, 1), (0, 0), (1, 0), (0, 0)]
        message = room.read(message_id)
        assert (message.state, message.attempts, message.last_error) == (MessageState.SENT, 3, None)
        assert message.sent_at == NOON + 90 * SECOND
        assert [mail["X-Xinfang-Key"] for mail in box.tried] == [stable_id(message)] * 3
        assert len(box.mails) == 1
        assert box.recipients == ["qian.laishun@example.com"]

    def test_notes_no_personal_data_when_it_fails(self, room: PostRoom) -> None:
        message_id = room.queue(address=MAILBOX)
        with mailbox("550 unknown user qian.laishun@example.com") as box:
            room.settings = settings_for(box)
            assert room.post() == SendReport(failed=1)
        error = room.read(message_id).last_error or ""
        assert error == "mailto通道没有接收函件，请检查对方服务器或地址"
        assert not [word for word in (*PERSONAL, "S3cret", "clerk") if word in error]

    def test_without_a_mail_channel_is_only_recorded(self, room: PostRoom) -> None:
        message_id = room.queue(address=MAILBOX)
        assert room.post() == SendReport(sent=1)
        assert room.read(message_id).state is MessageState.SENT


class TestSending:
    @pytest.mark.parametrize(
        ("letter", "address", "expected"),
        [
            pytest.param(Letter.OBJECTION_ALERT, "", "wecombot://office", id="the office's own channel"),
            pytest.param(Letter.OBJECTION_ALERT, "json://desk", "json://desk", id="an address of its own"),
            pytest.param(Letter.URGING_LETTER, "dingtalk://unit", "dingtalk://unit", id="a unit's address"),
            pytest.param(Letter.URGING_LETTER, "", "", id="a unit without one: recorded only"),
            pytest.param(Letter.RECEIPT, "", "", id="a petitioner without one: recorded only"),
            pytest.param(Letter.RECEIPT, MAILBOX, "mailto://mx?to=qian.laishun%40example.com", id="a mailbox"),
        ],
    )
    def test_goes_to(self, room: PostRoom, letter: Letter, address: str, expected: str) -> None:
        room.settings.mail_channel = SecretStr("mailto://mx")
        room.queue(letter=letter, address=address)
        channel = FakeChannel()
        assert room.send(channel) == SendReport(sent=1)
        assert channel.addresses == [expected]

    @pytest.mark.parametrize(
        ("attempts", "pause"),
        [(1, 30 * SECOND), (2, MINUTE), (3, 2 * MINUTE), (10, 256 * MINUTE), (11, 6 * HOUR), (500, 6 * HOUR)],
    )
    def test_pauses_longer_after_each_try(self, room: PostRoom, attempts: int, pause: timedelta) -> None:
        room.settings.outbox_tries = 1000
        message_id = room.queue()
        room.change(message_id, attempts=attempts - 1)
        assert room.send(FakeChannel(fail_times=1)) == SendReport(failed=1)
        message = room.read(message_id)
        assert (message.state, message.next_try_at) == (MessageState.QUEUED, NOON + pause)

    def test_gives_up_after_the_last_try(self, room: PostRoom) -> None:
        message_id = room.queue()
        channel = FakeChannel(fail_times=99)
        reports = [room.send(channel, NOON + hours * HOUR) for hours in range(5)]
        assert [(report.failed, report.dead) for report in reports] == [(1, 0), (1, 0), (0, 1), (0, 0), (0, 0)]
        message = room.read(message_id)
        assert (message.state, message.attempts, message.last_error) == (MessageState.DEAD, 3, "通道没有接收函件")

    def test_gives_up_at_once_on_a_letter_that_cannot_be_written(self, room: PostRoom) -> None:
        message_id = room.queue()
        room.change(message_id, facts_sealed=room.vault.seal_facts({"title": "钱来顺"}))
        channel = FakeChannel()
        assert room.send(channel) == SendReport(dead=1)
        error = room.read(message_id).last_error or ""
        assert error.startswith("函件“收件回执”缺少：channel、number")
        assert (channel.sent, "钱来顺" in error) == ([], False)

    @pytest.mark.parametrize(
        ("fault", "words"),
        [
            pytest.param(RuntimeError("钱来顺"), "发送时出现意外错误（RuntimeError）", id="a fault quoting a name"),
            pytest.param(ChannelError("通道没有接收函件"), "通道没有接收函件", id="a refusal"),
        ],
    )
    def test_goes_on_with_the_others_after(self, room: PostRoom, fault: Exception, words: str) -> None:
        first, second = room.queue("a"), room.queue("b")
        assert room.send(FakeChannel(fail_times=1, fault=fault)) == SendReport(sent=1, failed=1)
        assert room.read(first).last_error == words
        assert room.read(second).state is MessageState.SENT

    def test_waits_when_the_keys_do_not_fit(self, room: PostRoom) -> None:
        message_id = room.queue()
        room.vault = Vault([Fernet.generate_key().decode()])
        assert room.send(FakeChannel()) == SendReport(failed=1)
        assert "密钥" in (room.read(message_id).last_error or "")


class TestClaiming:
    def test_gives_no_message_to_two_senders(self, any_room: PostRoom) -> None:
        keys = [f"message {number}" for number in range(40)]
        for key in keys:
            any_room.queue(key)
        taken: list[str] = []
        start = threading.Barrier(4)

        def claim_all() -> None:
            start.wait()
            for _ in range(15):
                taken.extend(any_room.claim(NOON, limit=3))

        senders = [threading.Thread(target=claim_all) for _ in range(4)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        assert sorted(taken) == sorted(keys)

    def test_takes_the_oldest_first_up_to_the_limit(self, any_room: PostRoom) -> None:
        for key, minutes in (("new", 0), ("old", 9), ("older", 10)):
            any_room.change(any_room.queue(key), next_try_at=NOON - minutes * MINUTE)
        assert any_room.claim(NOON, limit=2) == ["older", "old"]

    def test_of_a_sender_that_died_runs_out(self, any_room: PostRoom) -> None:
        message_id = any_room.queue()
        any_room.claim(NOON)
        channel = FakeChannel()
        assert any_room.send(channel, NOON + LEASE - SECOND) == SendReport()
        assert any_room.send(channel, NOON + LEASE) == SendReport(sent=1)
        message = any_room.read(message_id)
        assert (message.state, message.attempts, channel.sent) == (MessageState.SENT, 2, [stable_id(message)])

    def test_of_a_slow_sender_passes_to_the_next(self, any_room: PostRoom) -> None:
        """While the first sender hangs on its first message its lease ends; it must not send the second one too."""
        queued = [any_room.queue(key, address="json://127.0.0.1:9/hook") for key in ("a", "b")]
        first, second = (stable_id(any_room.read(message)) for message in queued)
        other = FakeChannel()
        slow = FakeChannel(meanwhile=lambda: any_room.send(other, NOON + LEASE))
        assert any_room.send(slow) == SendReport()
        assert (slow.sent, other.sent) == ([first], [first, second])

    @pytest.mark.parametrize(
        ("state", "offset", "expected"),
        [
            (MessageState.QUEUED, 0 * SECOND, True),
            (MessageState.QUEUED, -SECOND, False),
            (MessageState.SENDING, 0 * SECOND, True),
            (MessageState.SENT, HOUR, False),
            (MessageState.DEAD, HOUR, False),
        ],
        ids=["queued", "queued for later", "lease over", "sent", "dead"],
    )
    def test_is_due(self, room: PostRoom, state: MessageState, offset: timedelta, expected: bool) -> None:
        room.change(room.queue(), state=state)
        assert room.due(NOON + offset) is expected
        assert bool(room.claim(NOON + offset)) is expected


class TestRequeueing:
    def test_starts_a_dead_message_anew(self, room: PostRoom) -> None:
        message_id = room.queue()
        room.change(message_id, state=MessageState.DEAD, attempts=3)
        with room.database.write() as session:
            requeue_dead(session, message_id, as_of=NOON + HOUR)
        channel = FakeChannel()
        assert room.send(channel, NOON + HOUR) == SendReport(sent=1)
        assert room.read(message_id).attempts == 1

    def test_refuses_a_message_that_is_not_dead(self, room: PostRoom) -> None:
        message_id = room.queue()
        with room.database.write() as session, pytest.raises(TransitionRefusedError, match="“待发”，不需要重新发送"):
            requeue_dead(session, message_id, as_of=NOON)

    def test_refuses_an_unknown_message(self, room: PostRoom) -> None:
        with room.database.write() as session, pytest.raises(UnknownCaseError, match="没有编号为 99 的函件"):
            requeue_dead(session, 99, as_of=NOON)


@pytest.mark.parametrize(
    ("column", "value"), [("letter", "nonsense"), ("created_at", "yesterday")], ids=["an unknown letter", "no instant"]
)
def test_a_letter_that_cannot_be_read_waits_for_a_person_and_holds_up_no_other(
    room: PostRoom, home: Path, column: str, value: str
) -> None:
    broken, fine = room.queue("1:4:receipt:a", address=MAILBOX), room.queue("1:4:receipt:b", address=MAILBOX)
    with room.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE outbox_message SET {column} = :value WHERE id = :row"), {"value": value, "row": broken})
    channel = FakeChannel()
    assert room.send(channel) == SendReport(sent=1)
    assert room.read(fine).state is MessageState.SENT
    with room.database.engine.begin() as connection:
        query = text("SELECT state, last_error FROM outbox_message WHERE id = :row")
        assert tuple(connection.execute(query, {"row": broken}).one()) == (MessageState.DEAD.value, BROKEN)
    assert f"函件 {broken}" in (home / "logs" / "alarms.log").read_text(encoding="utf-8")
