"""The outbox: due messages are claimed, sent outside any transaction, and each result is put on record by itself."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import Session, col, select

from models.outbox_message import OutboxMessage
from models.vocabulary import MessageState
from notifications.channels import Channel
from rules.errors import UnknownCaseError
from tasks.database import Database
from tasks.settings import Settings
from tasks.vault import Vault

LONGEST_PAUSE = timedelta(hours=6)
MAILBOX = "mailto:"
ON_THE_WAY = (MessageState.QUEUED, MessageState.SENDING)

ChannelFactory = Callable[[str], Channel]
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
    """Say whether a message waits to be sent."""
    due = col(OutboxMessage.next_try_at) <= as_of
    query = select(OutboxMessage.id).where(col(OutboxMessage.state).in_(ON_THE_WAY), due).limit(1)
    return session.exec(query).first() is not None


def claim_due(session: Session, *, as_of: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
    """Take due messages for as long as the lease lasts, oldest first; no two senders take the same one.

    ``next_try_at`` doubles as the end of the lease, so that a message whose sender died comes due by itself.
    """
    query = (
        select(OutboxMessage)
        .where(col(OutboxMessage.state).in_(ON_THE_WAY), col(OutboxMessage.next_try_at) <= as_of)
        .order_by(col(OutboxMessage.next_try_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)  # PostgreSQL; SQLite has one writer at a time anyway
    )
    claimed = list(session.exec(query))
    for message in claimed:
        message.state = MessageState.SENDING
        message.attempts += 1
        message.next_try_at = as_of + lease
    return claimed


def send_due(
    database: Database,
    vault: Vault,
    channel_factory: ChannelFactory,
    *,
    settings: Settings,
    as_of: datetime,
    limit: int = 50,
) -> SendReport:
    """Send one batch of due messages; what fails is tried again later, on its own account."""
    with database.write() as session:
        claimed = claim_due(session, as_of=as_of, limit=limit, lease=settings.outbox_lease)
    fates: Counter[Fate] = Counter()
    for message in claimed:
        if not _still_ours(database, message):
            continue
        problem = _send(message, vault, channel_factory, settings)
        with database.write() as session:
            fates[_record(session, message, problem, settings=settings, as_of=as_of)] += 1
    return SendReport(sent=fates["sent"], failed=fates["failed"], dead=fates["dead"])


def requeue_dead(session: Session, row_id: int, *, as_of: datetime) -> None:
    """Give a dead message another round of tries; raises ``UnknownCaseError`` when it is not dead."""
    row = _dead(session, row_id)
    row.state, row.attempts, row.next_try_at = MessageState.QUEUED, 0, as_of


def handed_over(session: Session, row_id: int, *, as_of: datetime) -> None:
    """Note that a dead message was printed and handed over by a person."""
    row = _dead(session, row_id)
    row.state, row.sent_at = MessageState.BY_HAND, as_of


def letters_in(session: Session, *states: MessageState, limit: int = 200) -> list[OutboxMessage]:
    """List messages in some states, oldest first."""
    query = select(OutboxMessage).where(col(OutboxMessage.state).in_(states)).order_by(col(OutboxMessage.id)).limit(limit)
    return list(session.exec(query))


def _dead(session: Session, row_id: int) -> OutboxMessage:
    query = select(OutboxMessage).where(OutboxMessage.id == row_id, OutboxMessage.state == MessageState.DEAD).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise UnknownCaseError(f"没有编号为 {row_id} 的发送失败函件")
    return row
