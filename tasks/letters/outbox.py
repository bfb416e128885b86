"""The outbox: due messages are claimed, sent outside any transaction, and each result is put on record by itself."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import update
from sqlmodel import Session, and_, col, or_, select

from models.clock import Clock
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import MessageState
from notifications.catalogue import row_for
from notifications.channels import ChannelError, MessageChannel, mail_via
from notifications.rendering import RenderingError, render
from rules.errors import TransitionRefusedError, UnknownCaseError
from tasks.keeping.alarms import raise_alarm
from tasks.keeping.database import Database
from tasks.keeping.settings import Settings
from tasks.keeping.vault import Vault, VaultError
from tasks.limits.rulebook import calendar, office_hours
from tasks.runs.bookmarks import TIME_ERROR

LONGEST_PAUSE = timedelta(hours=6)
MAILBOX = "mailto:"
ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)
UNREADABLE = (LookupError, ValueError, TypeError)
"""What loading a row raises whose values are none of ours."""
BROKEN = "这一行数据读不出来，没有发出，请联系系统管理员"
HELD = "从备份恢复：备份之后可能已经发出，请核对后重发，或注明已送出"

ChannelFactory = Callable[[str], MessageChannel]
Fate = Literal["sent", "failed", "dead", "taken_over"]


@dataclass(frozen=True)
class SendReport:
    """What became of one batch: sent, to be tried again, or waiting for a person."""

    sent: int = 0
    failed: int = 0
    dead: int = 0

    @property
    def taken(self) -> int:
        """How many messages the batch dealt with; none means that nothing is due."""
        return self.sent + self.failed + self.dead


@dataclass(frozen=True)
class Problem:
    """Why a message did not leave, in words without personal data, and whether trying again could help."""

    words: str
    hopeless: bool = False


def anything_due(session: Session, *, as_of: datetime) -> bool:
    """Say whether a message waits to be sent and may leave now."""
    return session.exec(select(OutboxMessage.id).where(*_due(session, as_of)).limit(1)).first() is not None


def _due(session: Session, as_of: datetime) -> list[Any]:
    """The condition under which a message may leave; a ladder's messages only while the office is open."""
    due: list[Any] = [
        col(OutboxMessage.state).in_(ON_THE_WAY),
        or_(col(OutboxMessage.next_try_at) <= as_of, _by_a_wrong_time(as_of)),
    ]
    hours = office_hours()
    if not (hours.within(as_of) and hours.is_open(as_of, calendar(session))):
        due.append(~col(OutboxMessage.office_hours))
    return due


def _by_a_wrong_time(as_of: datetime) -> Any:
    """Written, leased or put off by a clock that was ahead and has been put back; waiting for it could take days."""
    too_far = col(OutboxMessage.next_try_at) > as_of + LONGEST_PAUSE + TIME_ERROR
    leased = and_(col(OutboxMessage.state) == MessageState.SENDING, too_far)
    from_tomorrow = col(OutboxMessage.created_at) > as_of + TIME_ERROR
    # A ladder's message may rightly wait for days, until the office opens.
    queued = and_(col(OutboxMessage.state) == MessageState.QUEUED, ~col(OutboxMessage.office_hours))
    return or_(leased, and_(queued, or_(too_far, from_tomorrow)))


def claim_due(session: Session, *, as_of: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
    """Take due messages for as long as the lease lasts, oldest first; no two senders take the same one.

    ``next_try_at`` doubles as the end of the lease, so that a message whose sender died comes due by itself.
    """
    query = (
        select(OutboxMessage.id)
        .where(*_due(session, as_of))
        .order_by(col(OutboxMessage.next_try_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
    )
    claimed = _load(session, list(session.exec(query)), as_of=as_of)
    for message in claimed:
        message.state = MessageState.SENDING
        message.attempts += 1
        message.next_try_at = as_of + lease
    return claimed


def _load(session: Session, ids: list[int], *, as_of: datetime) -> list[OutboxMessage]:
    """Load messages in the order of their ids' list; one that cannot be read waits for a person and holds up no other."""
    try:
        found = {message.id: message for message in session.exec(select(OutboxMessage).where(col(OutboxMessage.id).in_(ids)))}
        for message in found.values():
            row_for(message.letter)
    except UNREADABLE:
        if len(ids) > 1:
            return [message for one in ids for message in _load(session, [one], as_of=as_of)]
        _put_aside(session, ids[0], as_of=as_of)
        return []
    return [found[one] for one in ids]


def _put_aside(session: Session, message_id: int, *, as_of: datetime) -> None:
    session.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message_id)
        .values(state=MessageState.DEAD, last_error=BROKEN)
        .execution_options(synchronize_session=False)
    )
    raise_alarm(f"函件 {message_id} 读不出来，已转人工处理（xinfang verify 可查）", as_of=as_of)


def send_due(
    database: Database, vault: Vault, channel_factory: ChannelFactory, *, settings: Settings, as_of: datetime, limit: int = 50
) -> SendReport:
    """Send one batch of due messages; what fails is tried again later, on its own account.

    What leaves is put on record at once, each by itself. Papers without an address leave nobody's hands here: that
    they are ready to be printed is recorded for all of them together.
    """
    with database.write() as session:
        claimed = claim_due(session, as_of=as_of, limit=limit, lease=settings.outbox_lease)
    fates: Counter[Fate] = Counter()
    papers: list[tuple[OutboxMessage, Problem | None]] = []
    for message in claimed:
        leaves = _leaves(message, settings)
        if leaves and not _still_ours(database, message):
            continue
        problem = _send(message, vault, channel_factory, settings)
        if leaves:
            fates.update(_record_all(database, [(message, problem)], settings=settings, as_of=as_of))
        else:
            papers.append((message, problem))
    if papers:
        fates.update(_record_all(database, papers, settings=settings, as_of=as_of))
    return SendReport(sent=fates["sent"], failed=fates["failed"], dead=fates["dead"])


def _leaves(message: OutboxMessage, settings: Settings) -> bool:
    """Say whether a message goes out over a channel, by what can be told without unsealing its address."""
    to_office = row_for(message.letter).addressee == "office"
    return message.address_sealed is not None or (to_office and bool(settings.office_channel.get_secret_value()))


def _record_all(
    database: Database, sent: list[tuple[OutboxMessage, Problem | None]], *, settings: Settings, as_of: datetime
) -> list[Fate]:
    with database.write() as session:
        return [_record(session, message, problem, settings=settings, as_of=as_of) for message, problem in sent]


def requeue_dead(session: Session, message_id: int, *, as_of: datetime) -> OutboxMessage:
    """Give a message that waits for a person its full number of tries again."""
    message = session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None:
        raise UnknownCaseError(f"没有编号为 {message_id} 的函件")
    if message.state is not MessageState.DEAD:
        raise TransitionRefusedError(f"函件 {message_id} 的状态为“{message.state.label}”，不需要重新发送")
    message.state, message.attempts, message.next_try_at = MessageState.QUEUED, 0, as_of
    return message


def hold_on_the_way(session: Session, settings: Settings) -> int:
    """Let every message that would go out over a channel wait for a person; says how many.

    For a database that was put back to an earlier moment: what waits in it may have left since. Papers that are only
    noted as ready to be printed go on, for nothing leaves the house with them.
    """
    waiting = session.exec(select(OutboxMessage).where(col(OutboxMessage.state).in_(ON_THE_WAY)).with_for_update())
    held = [message for message in waiting if _leaves(message, settings)]
    for message in held:
        message.state, message.last_error = MessageState.DEAD, HELD
    return len(held)


def requeue_held(session: Session, *, as_of: datetime) -> int:
    """Let all messages that were held after a restore leave after all; says how many."""
    held = select(OutboxMessage.id).where(OutboxMessage.state == MessageState.DEAD, OutboxMessage.last_error == HELD)
    numbers = list(session.exec(held))
    for number in numbers:
        requeue_dead(session, number, as_of=as_of).last_error = None
    return len(numbers)


def stable_id(message: OutboxMessage) -> str:
    """The id under which a message leaves at every try, so that its receiver can tell a repetition."""
    return f"<{hashlib.sha1(message.key.encode(), usedforsecurity=False).hexdigest()}@xinfang>"


def _send(message: OutboxMessage, vault: Vault, channel_factory: ChannelFactory, settings: Settings) -> Problem | None:
    try:
        address = _address(message, vault, settings)
        rendered = render(message.letter, vault.open_facts(message.facts_sealed))
        channel_factory(address).send(rendered, address=address, message_id=stable_id(message))
    except RenderingError as error:
        return Problem(str(error), hopeless=True)
    except (ChannelError, VaultError) as error:
        return Problem(str(error))
    except Exception as fault:  # one message's fault must not hold up the others; its words may quote them
        return Problem(f"发送时出现意外错误（{type(fault).__name__}）")
    return None


def _address(message: OutboxMessage, vault: Vault, settings: Settings) -> str:
    """Find the Apprise address; none means that the letter is only recorded."""
    own = vault.open(message.address_sealed) if message.address_sealed else ""
    if own.startswith(MAILBOX) and "://" not in own:
        mail = settings.mail_channel.get_secret_value()
        return mail_via(mail, own.removeprefix(MAILBOX)) if mail else ""
    if own or row_for(message.letter).addressee != "office":
        return own
    return settings.office_channel.get_secret_value()


def _still_ours(database: Database, message: OutboxMessage) -> bool:
    """Look again before sending: a batch that outlasts its lease has lost the rest to another sender."""
    with database.read() as session:
        return _is_same_try(session.get(OutboxMessage, message.id), message)


def _is_same_try(row: OutboxMessage | None, message: OutboxMessage) -> bool:
    return row is not None and row.state is MessageState.SENDING and row.attempts == message.attempts


def _record(session: Session, message: OutboxMessage, problem: Problem | None, *, settings: Settings, as_of: datetime) -> Fate:
    row = session.get(OutboxMessage, message.id, with_for_update=True)
    if row is None or not _is_same_try(row, message):
        return "taken_over"
    row.last_error = problem.words if problem else None
    if problem is None:
        row.state, row.sent_at = MessageState.SENT, as_of
        return "sent"
    if row.clock_id is not None and session.get_one(Clock, row.clock_id).state is not ClockState.RUNNING:
        row.state = MessageState.CANCELLED  # what it warns of has ended meanwhile
        return "failed"
    if problem.hopeless or row.attempts >= settings.outbox_tries:
        row.state = MessageState.DEAD
        return "dead"
    again = as_of + _pause(row.attempts, settings.outbox_first_pause)
    if row.office_hours:
        again = office_hours().next_open(again, calendar(session))
    row.state, row.next_try_at = MessageState.QUEUED, again
    return "failed"


def _pause(attempts: int, first: timedelta) -> timedelta:
    doubled: timedelta = first * 2 ** min(attempts - 1, 30)  # far beyond the cap; more would overflow
    return min(doubled, LONGEST_PAUSE)


def handed_over(session: Session, message_id: int, *, as_of: datetime) -> OutboxMessage:
    """Note that a message that waits for a person was printed and handed over."""
    message = session.get(OutboxMessage, message_id, with_for_update=True)
    if message is None or message.state is not MessageState.DEAD:
        raise UnknownCaseError(f"没有编号为 {message_id} 的发送失败函件")
    message.state, message.sent_at = MessageState.BY_HAND, as_of
    return message


def letters_in(session: Session, *states: MessageState, limit: int = 200) -> list[tuple[OutboxMessage, str | None]]:
    """List messages in some states with their petitions' numbers, oldest first."""
    query = (
        select(OutboxMessage, Petition.number)
        .join(Petition, col(Petition.id) == col(OutboxMessage.petition_id))
        .where(col(OutboxMessage.state).in_(states))
        .order_by(col(OutboxMessage.id))
        .limit(limit)
    )
    return list(session.exec(query))
