"""Verifying the record: every event, its place, and every petition's row against what the keys signed."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from models.case_event import CaseEvent
from models.dispatch import Dispatch
from models.petition import Petition
from models.serial import Serial
from models.vocabulary.case import DispatchState
from tasks.keeping.settings import settings
from tasks.keeping.vault import Vault
from tasks.record.cases import subject_of
from tasks.record.chain import event_hash, head_seal, vouched_as_signed

BATCH = 500


@dataclass(frozen=True)
class Finding:
    """One thing that does not fit, in the office's words."""

    number: str
    seq: int | None
    problem: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was looked at and what was found."""

    petitions: int
    events: int
    findings: tuple[Finding, ...]


def verify(session: Session, vault: Vault, *, after: int = 0) -> Verification:
    """Check the record: changed, removed, inserted or reordered events, changed rows, missing numbers.

    The whole of it, or with ``after`` only the petitions behind that row; numbers are checked in either case.
    """
    petitions = events = 0
    findings: list[Finding] = []
    last_id = after
    while batch := _next_petitions(session, last_id):
        last_id = int(batch[-1].id or 0)
        for petition in batch:
            petitions += 1
            try:
                chain = _chain(session, petition)
            except LookupError:  # the database keeps coded words as text, and somebody has written one that there is not
                findings.append(Finding(subject_of(petition), None, "记录中有本系统不认识的代码，内容被改动"))
                continue
            events += len(chain)
            findings += _check(session, petition, chain, vault)
    findings += _missing_numbers(session)
    return Verification(petitions=petitions, events=events, findings=tuple(findings))


def _next_petitions(session: Session, after: int) -> list[Petition]:
    # A draft has no number, and events only when its correction is overdue.
    on_record = or_(col(Petition.number).is_not(None), Petition.last_seq > 0)
    query = select(Petition).where(col(Petition.id) > after, on_record).order_by(col(Petition.id)).limit(BATCH)
    return list(session.exec(query))


def _chain(session: Session, petition: Petition) -> list[CaseEvent]:
    query = select(CaseEvent).where(CaseEvent.petition_id == petition.id).order_by(col(CaseEvent.seq))
    return list(session.exec(query))


def _check(session: Session, petition: Petition, chain: list[CaseEvent], vault: Vault) -> Iterator[Finding]:
    name = subject_of(petition)
    yield from _shares(session, petition, chain, name)
    previous, expected = "", 1
    for event in chain:
        if event.seq != expected:
            yield Finding(name, event.seq, f"缺少第 {expected} 条记录")
            expected = event.seq
        if event_hash(event, vault) != event.hash:
            yield Finding(name, event.seq, "记录内容被改动，或者不是本系统写入")
        if not vouched_as_signed(event):
            yield Finding(name, event.seq, "经办人的核验方式被改动")
        if event.previous_hash != previous:
            yield Finding(name, event.seq, "与前一条记录不衔接，有记录被删除、插入或调换")
        previous, expected = event.hash, expected + 1
    if petition.last_seq != len(chain) or petition.head_hash != previous:
        yield Finding(name, petition.last_seq, "末尾记录被删除或增加")
    if petition.head_seal != head_seal(petition, vault):
        yield Finding(name, None, "信访件的编号或状态被绕过系统改动")


def _shares(session: Session, petition: Petition, chain: list[CaseEvent], name: str) -> Iterator[Finding]:
    """Find shares whose state is not the one that their newest event left them in."""
    left_in = {event.dispatch_id: event.target for event in chain if event.dispatch_id is not None}
    for share in session.exec(select(Dispatch).where(Dispatch.petition_id == petition.id)):
        if left_in.get(share.id, DispatchState.AWAITING_SIGN_IN.value) != share.state.value:
            yield Finding(name, None, f"第 {share.position} 号派件的状态被绕过系统改动")


def _missing_numbers(session: Session) -> Iterator[Finding]:
    """Find numbers that were given out but belong to no petition."""
    for serial in session.exec(select(Serial).where(Serial.kind == "petition")):
        prefix = f"{settings().number_prefix}-{serial.year}-"
        found = session.exec(select(Petition.number).where(col(Petition.number).startswith(prefix)))
        tails = [number.removeprefix(prefix) for number in found if number]
        taken = {int(tail) for tail in tails if tail.isascii() and tail.isdigit()}
        for missing in sorted(set(range(1, serial.last + 1)) - taken):
            yield Finding(f"{prefix}{missing:04d}", None, "该编号的信访件整件缺失")
