"""Anchors: what the record was at a moment, in one line that is kept elsewhere and compared with the record of later.

The record only grows. Everything up to an event's row number can therefore be put together again at any later time: the newest
event of each petition up to there, in a tree of hashes with one root. A petition that was put back, or taken out together with
its number, leaves no trace in the database itself; the root of before tells.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.case_event import CaseEvent
from rules.errors import CaseworkError
from tasks.keeping.vault import Vault

SETTLED = timedelta(hours=1)
"""How old an event has to be for an anchor: no transaction that has a smaller row number is still open then."""
LINE = re.compile(r"xinfang-anchor (\d{1,18}) (\d{1,18}) ([0-9a-f]{64}) ([0-9a-f]{64})")
AT_ONCE = 10_000


class AnchorError(CaseworkError):
    """A file of anchors cannot be read, or a line of it was not signed by this office's keys."""


@dataclass(frozen=True)
class Anchor:
    """The record up to an event's row number: how many petitions it speaks of, and the root over their newest events."""

    up_to: int
    petitions: int
    root: str

    def line(self, keys: Vault) -> str:
        """The anchor as the one line that is kept."""
        said = f"xinfang-anchor {self.up_to} {self.petitions} {self.root}"
        return f"{said} {keys.sign(said)}"


def anchor(session: Session, *, as_of: datetime) -> Anchor:
    """The anchor of everything that was on record an hour before ``as_of``."""
    query = select(func.max(CaseEvent.id)).where(col(CaseEvent.recorded_at) <= as_of - SETTLED)
    return anchor_up_to(session, session.exec(query).one() or 0)


def anchor_up_to(session: Session, event_id: int) -> Anchor:
    """The anchor of the record up to an event's row number, put together from what is there now."""
    tree = _Tree()
    for petition_id, seq, hashed in _heads(session, event_id):
        tree.add(f"{petition_id}:{seq}:{hashed}")
    return Anchor(up_to=event_id, petitions=tree.leaves, root=tree.root())


def read_anchors(text: str, keys: Vault) -> list[Anchor]:
    """Read the lines of a file of anchors; raises ``AnchorError`` for one that is none, or was not signed by these keys."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = LINE.fullmatch(line)
        if match is None:
            raise AnchorError("锚文件里有一行不是锚，请换上 xinfang verify 印出的原行")
        one = Anchor(up_to=int(match[1]), petitions=int(match[2]), root=match[3])
        if one.line(keys) != line:
            raise AnchorError(f"锚文件里截至第 {one.up_to} 行记录的锚不是用现有密钥签的，请核对文件和密钥")
        found.append(one)
    if not found:
        raise AnchorError("锚文件是空的，请换上 xinfang verify 印出的行")
    return found


def _heads(session: Session, event_id: int) -> Iterator[tuple[int, int, str]]:
    """The newest event of each petition up to an event's row number, in the order of the petitions."""
    newest = (
        select(col(CaseEvent.petition_id).label("of"), func.max(CaseEvent.seq).label("seq"))
        .where(col(CaseEvent.id) <= event_id)
        .group_by(col(CaseEvent.petition_id))
        .subquery()
    )
    query = (
        select(CaseEvent.petition_id, CaseEvent.seq, CaseEvent.hash)
        .join(newest, (col(CaseEvent.petition_id) == newest.c.of) & (col(CaseEvent.seq) == newest.c.seq))
        .order_by(col(CaseEvent.petition_id))
    )
    yield from session.exec(query.execution_options(yield_per=AT_ONCE))


class _Tree:
    """A Merkle tree over leaves that come one by one; holds one hash a level. Leaves and knots are hashed apart (RFC 6962)."""

    def __init__(self) -> None:
        self.leaves = 0
        self._open: list[tuple[int, bytes]] = []

    def add(self, leaf: str) -> None:
        self.leaves += 1
        height, hashed = 0, hashlib.sha256(b"\0" + leaf.encode()).digest()
        while self._open and self._open[-1][0] == height:
            height, hashed = height + 1, _knot(self._open.pop()[1], hashed)
        self._open.append((height, hashed))

    def root(self) -> str:
        if not self._open:
            return hashlib.sha256().hexdigest()
        hashed = self._open[-1][1]
        for _, left in reversed(self._open[:-1]):
            hashed = _knot(left, hashed)
        return hashed.hex()


def _knot(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
