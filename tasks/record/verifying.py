"""Verifying the record: every event, its place, every petition's row and file against what the keys signed.

Nothing that stands in the database is trusted to be readable: a row that is not is named, and all others are looked at.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, or_, select

from models.case_event import CaseEvent
from models.petition import DRAFT_PREFIX, Petition
from models.serial import Serial
from models.vocabulary.case import DispatchState
from tasks.keeping.settings import settings
from tasks.keeping.vault import Vault
from tasks.record.anchors import anchor_up_to, read_anchors
from tasks.record.chain import event_hash, head_seal, vouched_as_signed
from tasks.record.filed import FILE, SHARE, Filed
from tasks.record.lenient import UNREADABLE, UnreadableRowError, all_columns, number_of, rows_for, unknown_words
from tasks.record.sums import LEFT, SEAL, TOUCHED, Sums, digest, mark, of_petition, owner_of, rows_of, sums_seal, turned

BATCH = 500
EVENTS = "记录"
OFFICE = "全办"


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit, in the office's words: the petition, the place in its file, what, and in which table."""

    number: str
    seq: int | None
    problem: str
    table: str = ""


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was looked at and what was found; ``unsummed`` petitions were last signed before files were summed up."""

    petitions: int
    events: int
    findings: tuple[Finding, ...]
    unsummed: int = 0


@dataclass
class _File:
    """One petition with everything that was read of its file."""

    petition: Row[Any]
    events: list[Row[Any]]
    rows: list[tuple[Filed, Row[Any]]]
    unreadable: list[Finding]

    @property
    def name(self) -> str:
        return _name(self.petition.id, self.petition.number)

    @property
    def ends_well(self) -> bool:
        """Whether its last event is the one that the petition names as its newest."""
        return bool(self.events) and self.petition.head_hash == self.events[-1].hash


def _name(row_id: Any, number: Any) -> str:
    return str(number) if number else f"{DRAFT_PREFIX}{row_id}"


def verify(session: Session, vault: Vault, *, after: int = 0) -> Verification:
    """Check the record: changed, removed, inserted or reordered events, changed rows of a file, missing numbers.

    The whole of it, or with ``after`` only the petitions behind that row; numbers are checked in either case.
    """
    petitions = events = unsummed = 0
    findings: list[Finding] = []
    last_id = after
    while ids := _next_ids(session, last_id):
        last_id, petitions = ids[-1], petitions + len(ids)
        for file in _files(session, ids, findings):
            events += len(file.events)
            unsummed += not file.petition.file_sums
            findings += _safely(file, vault)
    findings += _missing_numbers(session)
    return Verification(petitions=petitions, events=events, findings=tuple(findings), unsummed=unsummed)


def compare(session: Session, anchors: str, vault: Vault) -> Iterator[Finding]:
    """Compare the record with anchors that were kept elsewhere; raises ``AnchorError`` for a line that is none."""
    for kept in read_anchors(anchors, vault):
        if (now := anchor_up_to(session, kept.up_to)) != kept:
            what = (
                f"当时 {kept.petitions} 件，现在 {now.petitions} 件" if now.petitions != kept.petitions else "有案卷被退回或改写"
            )
            yield Finding(OFFICE, None, f"截至第 {kept.up_to} 行的记录与另处保存的锚不符：{what}", "case_event")


def _next_ids(session: Session, after: int) -> list[int]:
    # A draft has no number, and events only when its correction is overdue.
    on_record = or_(col(Petition.number).is_not(None), Petition.last_seq > 0)
    query = select(Petition.id).where(col(Petition.id) > after, on_record).order_by(col(Petition.id)).limit(BATCH)
    return list(session.exec(query))


def _files(session: Session, ids: Sequence[int], findings: list[Finding]) -> Iterator[_File]:
    """Read the files of some petitions, table by table; a petition whose own row is unreadable is named and left out."""
    files: dict[Any, _File] = {}
    for row in rows_for(session, all_columns(Petition), number_of(Petition), number_of(Petition), ids):
        if isinstance(row, UnreadableRowError):
            number = session.execute(select(col(Petition.number)).where(col(Petition.id) == row.of)).scalar()
            findings.append(Finding(_name(row.of, number), None, "信访件本身无法读取，内容被改动或损坏", "petition"))
        else:
            files[row.id] = _File(row, [], [], [])
    events = all_columns(CaseEvent).order_by(col(CaseEvent.petition_id), col(CaseEvent.seq))
    for row in rows_for(session, events, col(CaseEvent.petition_id), number_of(CaseEvent), ids):
        _put(files, row.of if isinstance(row, UnreadableRowError) else row.petition_id, "case_event", EVENTS, row)
    for table in FILE:
        for row in rows_for(session, rows_of(table), of_petition(table), number_of(table.model), ids):
            _put(files, row.of, table.model.__tablename__, table.label, row, table)
    yield from (files[row_id] for row_id in sorted(files))


def _put(
    files: dict[Any, _File], of: Any, table: Any, label: str, row: Row[Any] | UnreadableRowError, filed: Filed | None = None
) -> None:
    if (file := files.get(of)) is None:
        return
    if isinstance(row, UnreadableRowError):
        problem = f"{label}中有一行无法读取（{table} 第 {row.row_id} 行），内容被改动或损坏"
        file.unreadable.append(Finding(file.name, None, problem, str(table)))
    elif filed is None:
        file.events.append(row)
    else:
        file.rows.append((filed, row))


def _safely(file: _File, vault: Vault) -> list[Finding]:
    """Check one file; values that nothing can be counted with are a finding, and no end of the work."""
    found = list(file.unreadable)
    for check in (_words, _chain, _sums, _head, _shares):
        try:
            found += check(file, vault)
        except UNREADABLE:
            found.append(Finding(file.name, None, "案卷中有无法核验的内容，被改动或损坏", "petition"))
    return found


def _words(file: _File, _vault: Vault) -> Iterator[Finding]:
    """Coded words that there are none of: the database keeps them as text."""
    said: dict[tuple[str, str], list[str]] = defaultdict(list)
    for column in unknown_words(Petition, file.petition, ("state",)):
        said["petition", "信访件本身"].append(column)
    for event in file.events:
        said["case_event", f"第 {event.seq} 条记录"] += unknown_words(CaseEvent, event, CODED)
    for table, row in file.rows:
        said[str(table.model.__tablename__), table.label] += unknown_words(table.model, row, table.signed)
    for (name, label), columns in said.items():
        if columns:
            yield Finding(file.name, None, f"{label}中有本系统不认识的代码（{'、'.join(columns)}），内容被改动", name)


CODED = ("event", "actor_role", "proof", "audience")


def _chain(file: _File, vault: Vault) -> Iterator[Finding]:
    if any(unknown_words(CaseEvent, event, CODED) for event in file.events):
        return  # named already; no such event can have been signed
    previous, expected = "", 1
    for event in file.events:
        if event.seq != expected:
            yield Finding(file.name, event.seq, f"缺少第 {expected} 条记录", "case_event")
            expected = event.seq
        if event_hash(event, vault) != event.hash:
            yield Finding(file.name, event.seq, "记录内容被改动，或者不是本系统写入", "case_event")
        if not vouched_as_signed(event):
            yield Finding(file.name, event.seq, "经办人的核验方式被改动", "case_event")
        if event.previous_hash != previous:
            yield Finding(file.name, event.seq, "与前一条记录不衔接，有记录被删除、插入或调换", "case_event")
        previous, expected = event.hash, expected + 1
    if file.petition.last_seq != len(file.events) or file.petition.head_hash != previous:
        yield Finding(file.name, file.petition.last_seq, "末尾记录被删除或增加", "case_event")


def _head(file: _File, vault: Vault) -> Iterator[Finding]:
    if file.petition.head_seal != head_seal(file.petition, vault):
        yield Finding(file.name, None, "信访件的编号或状态被绕过系统改动", "petition")


def _shares(file: _File, _vault: Vault) -> Iterator[Finding]:
    """Find shares whose state is not the one that their newest event left them in."""
    left_in = {event.dispatch_id: event.target for event in file.events if event.dispatch_id is not None}
    for share in (row for table, row in file.rows if table is SHARE):
        if left_in.get(share.id, DispatchState.AWAITING_SIGN_IN.value) != share.state:
            yield Finding(file.name, None, f"第 {share.position} 号派件的状态被绕过系统改动", "dispatch")


def _sums(file: _File, vault: Vault) -> Iterator[Finding]:
    """Compare the file as it stands with the sums that were signed, and name the tables that differ."""
    signed, standing = file.petition.file_sums, _standing(file, vault)
    told = file.events[-1].facts.get(LEFT) if file.events else None  # none in one that was last signed the old way
    if not signed:
        if told is not None and digest(standing, vault) != told:
            yield Finding(file.name, None, "案卷内容被绕过系统改动（签名已缺失，无法指明是哪一项）", "petition")
        return
    if signed.get(SEAL) != sums_seal(file.petition, signed, vault) or (file.ends_well and signed.get(LEFT) != told):
        yield Finding(file.name, None, "案卷内容的签名被绕过系统改动", "petition")
    if TOUCHED in signed:
        yield Finding(file.name, None, f"第 {signed[TOUCHED]} 条记录之后，信访件曾被绕过系统改动", "petition")
    for table in FILE:
        if (said := signed.get(table.name)) != (is_ := standing.get(table.name)):
            yield Finding(file.name, None, f"{table.label}{_difference(said, is_)}", str(table.model.__tablename__))


def _standing(file: _File, vault: Vault) -> Sums:
    sums: Sums = {}
    for table, row in file.rows:
        turned(sums, (table.name, 1, mark(table, dict(row._mapping), vault, owner_of(row))))
    return sums


def _difference(signed: str | None, standing: str | None) -> str:
    before, now = (int((one or "0:").partition(":")[0]) for one in (signed, standing))
    if now < before:
        return f"少了 {before - now} 行，被绕过系统删除"
    return f"多了 {now - before} 行，被绕过系统增加" if now > before else "的内容被绕过系统改动"


def _missing_numbers(session: Session) -> Iterator[Finding]:
    """Find numbers that were given out but belong to no petition."""
    for serial in session.exec(select(Serial).where(Serial.kind == "petition")):
        prefix = f"{settings().number_prefix}-{serial.year}-"
        found = session.exec(select(Petition.number).where(col(Petition.number).startswith(prefix)))
        tails = [number.removeprefix(prefix) for number in found if number]
        taken = {int(tail) for tail in tails if tail.isascii() and tail.isdigit()}
        for missing in sorted(set(range(1, serial.last + 1)) - taken):
            yield Finding(f"{prefix}{missing:04d}", None, "该编号的信访件整件缺失", "petition")
