"""The outbox: claiming due messages, sending each outside any transaction, and recording what became of it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from models.outbox_message import OutboxMessage
from models.vocabulary import MessageState
from notifications.catalogue import row_for
from notifications.channels import Channel, ChannelError
from notifications.rendering import RenderingError, render
from rules.errors import UnknownCaseError
from tasks.database import Database
from tasks.settings import Settings
from tasks.vault import Vault

LONGEST_PAUSE = timedelta(hours=6)
WAITING = (MessageState.QUEUED, MessageState.SENDING)


@dataclass(frozen=True, kw_only=True)
class SendReport:
    """What became of one batch."""

    taken: int = 0
    sent: int = 0
    failed: int = 0
    dead: int = 0


def anything_due(session: Session, *, as_of: datetime) -> bool:
    """Say whether a message is due, or was left half-sent by a sender that died."""
    query = select(OutboxMessage.id).where(col(OutboxMessage.state).in_(WAITING), col(OutboxMessage.next_try_at) <= as_of)
    return session.exec(query.limit(1)).first() is not None


def claim_due(session: Session, *, as_of: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
    """Take due messages for as long as the lease; no two senders ever take the same one.

    A message whose sender died comes due again when its lease has run out; it leaves with the same id.
    """
    query = (
        select(OutboxMessage)
        .where(col(OutboxMessage.state).in_(WAITING), col(OutboxMessage.next_try_at) <= as_of)
        .order_by(col(OutboxMessage.next_try_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
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
    channel_for: Callable[[str], Channel],
    *,
    settings: Settings,
    as_of: datetime,
    limit: int = 50,
) -> SendReport:
    """Send one batch of due messages; each result is recorded in a transaction of its own."""
    with database.write() as session:
        claimed = claim_due(session, as_of=as_of, limit=limit, lease=settings.outbox_lease)
    counts = dict.fromkeys(("sent", "failed", "dead"), 0)
    for message in claimed:
        problem, hopeless = _send(message, vault, channel_for, settings)
        with database.write() as session:
            counts[_record(session, message, problem, hopeless, settings=settings, as_of=as_of)] += 1
    return SendReport(taken=len(claimed), **counts)


def _send(message: OutboxMessage, vault: Vault, channel_for: Callable[[str], Channel], settings: Settings) -> tuple[str, bool]:
    """Hand one message over; returns what went wrong and whether trying again is hopeless."""
    try:
        rendered = render(message.letter, vault.open_facts(message.facts_sealed))
        channel_for(_address(message, vault, settings)).send(rendered, message_id=message_id(message))
    except RenderingError as error:
        return f"函件模板缺少内容：{error}", True
    except ChannelError as error:
        return str(error), False
    except Exception as error:  # a channel's own fault is no reason to lose the rest of the batch
        return f"投递未成功：{type(error).__name__}", False
    return "", False


def _address(message: OutboxMessage, vault: Vault, settings: Settings) -> str:
    """Find where a message goes: its own address, by the office's mail server if it is a mail address, or the office."""
    own = vault.open(message.address_sealed) if message.address_sealed else ""
    mail = settings.mail_channel.get_secret_value()
    if own.startswith("mailto:") and not own.startswith("mailto://"):
        joint = "&" if "?" in mail else "?"
        return f"{mail}{joint}to={own.removeprefix('mailto:')}" if mail else ""
    if own:
        return own
    return settings.office_channel.get_secret_value() if row_for(message.letter).addressee == "office" else ""


def _record(
    session: Session, message: OutboxMessage, problem: str, hopeless: bool, *, settings: Settings, as_of: datetime
) -> str:
    row = session.get(OutboxMessage, message.id)
    if row is None or row.state is not MessageState.SENDING or row.attempts != message.attempts:
        return "sent" if not problem else "failed"  # another sender has taken it over since
    if not problem:
        row.state, row.sent_at, row.last_error = MessageState.SENT, as_of, None
        return "sent"
    row.last_error = problem
    if hopeless or row.attempts >= settings.outbox_tries:
        row.state = MessageState.DEAD
        return "dead"
    row.state = MessageState.QUEUED
    row.next_try_at = as_of + min(settings.outbox_first_pause * 2 ** (row.attempts - 1), LONGEST_PAUSE)
    return "failed"


def message_id(message: OutboxMessage) -> str:
    """The id under which a message leaves, however often it is tried."""
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@xinfang>"


def requeue_dead(session: Session, message_id_: int, *, as_of: datetime) -> None:
    """Give a dead message another round of tries; raises ``UnknownCaseError`` when it is not dead."""
    query = select(OutboxMessage).where(
        OutboxMessage.id == message_id_, or_(OutboxMessage.state == MessageState.DEAD)
    ).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise UnknownCaseError(f"没有编号为 {message_id_} 的发送失败函件")
    row.state, row.attempts, row.next_try_at = MessageState.QUEUED, 0, as_of
