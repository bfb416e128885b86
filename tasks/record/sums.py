"""Sums over a case's file: what every transaction leaves behind is signed, and nothing is read for it.

Of every table of the file the petition keeps how many rows it has and the sum of their keyed hashes. A change takes the old
line out and puts the new line in, as the session knows them. What somebody changed behind the system's back was never put
in and is taken out all the same: from then on the sums never fit again, whatever is done to the case later (ADR 0023).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Row, event, select
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Session, SQLModel, col

from models.case_event import CaseEvent
from models.clock import Clock
from models.petition import Petition
from models.petitioner import Party, Petitioner
from tasks.keeping.vault import Vault, vault
from tasks.record.chain import event_hash, head_seal
from tasks.record.filed import FILE, OF_CLOCKS, OF_MODEL, PARTY, PERSON, PETITION, Filed
from tasks.record.lenient import as_text

SIZE = 1 << 128
SEAL = "seal"
"""Under this name the sums carry their own signature."""
TOUCHED = "touched"
"""Under this name stands behind which event the petition was found changed behind the system's back."""
LEFT = "left"
"""Under this name an event tells, among its signed facts, the digest of the file as it leaves it; the sums repeat it."""
NEWEST = "newest events"
BORN = "rows without a number"

Sums = dict[str, str]
SumChange = tuple[str, int, int]
"""A table, one row more or one less, and the row's keyed hash."""


def digest(sums: Mapping[str, str], keys: Vault) -> str:
    """One keyed hash of all sums."""
    return keys.sign(json.dumps(sorted(item for item in sums.items() if item[0] not in (SEAL, LEFT))))


def sums_seal(petition: Petition | Row[Any], sums: Mapping[str, str], keys: Vault) -> str:
    """Sign the sums with the petition and the place in its file at which they were right."""
    signed = {name: one for name, one in sums.items() if name != SEAL}
    return keys.sign(json.dumps([SEAL, petition.id, petition.last_seq, sorted(signed.items())]))


def mark(table: Filed, values: Mapping[str, Any], keys: Vault, owner: str = "") -> int:
    """A row's keyed hash, as a number that can be summed."""
    return int(keys.sign(table.line(values, owner))[:32], 16)


def turned(sums: Sums, turn: SumChange) -> None:
    """Put a row into the sums of its table, or take it out."""
    table, sign, hashed = turn
    count, _, total = sums.get(table, "0:0").partition(":")
    if rows := int(count) + sign:
        sums[table] = f"{rows}:{(int(total, 16) + sign * hashed) % SIZE:032x}"
    else:
        sums.pop(table, None)
        if left := (int(total, 16) + sign * hashed) % SIZE:
            sums[table] = f"0:{left:032x}"


def rows_of(table: Filed) -> Any:
    """Query a table's rows as (petition, owner, row number, signed columns …), to be narrowed by petition or row."""
    number = table.model.id.label("row_id")  # type: ignore[attr-defined]
    if table is PERSON:
        query = select(Party.petition_id.label("of"), number, *as_text(table.model, table.signed))  # type: ignore[attr-defined]
        return query.join_from(Petitioner, Party, col(Party.petitioner_id) == col(Petitioner.id))
    if table in OF_CLOCKS:
        owned = (
            col(Clock.petition_id).label("of"),
            col(Clock.number).label("limit_number"),
            number,
            *as_text(table.model, table.signed),
        )
        return select(*owned).join_from(table.model, Clock, table.model.clock_id == Clock.id)  # type: ignore[attr-defined]
    of = col(Petition.id) if table is PETITION else table.model.petition_id  # type: ignore[attr-defined]
    return select(of.label("of"), number, *as_text(table.model, table.signed))


def of_petition(table: Filed) -> Any:
    """The column by which the rows of ``rows_of`` are narrowed to petitions."""
    if table is PETITION:
        return col(Petition.id)
    if table is PERSON:
        return col(Party.petition_id)
    return col(Clock.petition_id) if table in OF_CLOCKS else table.model.petition_id  # type: ignore[attr-defined]


def owner_of(row: Row[Any]) -> str:
    """The number of the limit that a row of ``rows_of`` hangs on, if any."""
    return str(getattr(row, "limit_number", ""))


def signed_by(session: Session, event_: CaseEvent) -> None:
    """Let the sums be signed with an event, which has just become the newest of its petition."""
    session.info.setdefault(NEWEST, {})[event_.petition_id] = event_


def note_if_touched(session: Session, petition: Petition) -> None:
    """Put it into the sums for good when a petition no longer fits its seals: somebody changed it behind the system's back.

    The office goes on working; whoever verifies is told, however much has happened since. Asked before an event changes
    anything; the transaction's own earlier events have been signed under the same lock.
    """
    if petition.last_seq and not _newest(session, petition) and not seals_fit(petition, vault()):
        petition.file_sums = (petition.file_sums or {}) | {TOUCHED: str(petition.last_seq)}


def _newest(session: Session, petition: Petition) -> CaseEvent | None:
    """The petition's newest event if this very transaction has written it."""
    found: CaseEvent | None = session.info.get(NEWEST, {}).get(petition.id)
    return found if found is not None and found in session and found.seq == petition.last_seq else None


def seals_fit(petition: Petition | Row[Any], keys: Vault) -> bool:
    """Say whether a petition's number, state and sums are those that were signed; sums that there are not fit."""
    sums = petition.file_sums
    return petition.head_seal == head_seal(petition, keys) and (
        not sums or sums.keys() == {TOUCHED} or sums.get(SEAL) == sums_seal(petition, sums, keys)
    )


@event.listens_for(Session, "before_flush")
def _follow(session: Session, _context: Any, _instances: Any) -> None:
    """Sum up what is about to be written, so that sums and seals go with it in the same statements."""
    turns: dict[int, tuple[Petition, list[SumChange]]] = {}
    for petition, turn in (*_new(session), *_changed(session), *_deleted(session)):
        _, of_it = turns.setdefault(id(petition), (petition, []))
        of_it += [turn] if turn else []
    for petition_id, newest in session.info.get(NEWEST, {}).items():
        if LEFT not in newest.facts and newest in session:
            petition = session.get_one(Petition, petition_id)
            turns.setdefault(id(petition), (petition, []))
    for petition, of_it in turns.values():
        _sign(session, petition, of_it)


@event.listens_for(Session, "after_flush_postexec")
def _number(session: Session, _context: Any) -> None:
    """Sum up new rows that other rows refer to, now that they have their number; it is written with the next statements."""
    for row in session.info.pop(BORN, ()):
        table = OF_MODEL[type(row)]
        petition = _petition_of(session, row)
        _sign(session, petition, [(table.name, 1, mark(table, _values(row), vault()))])


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(BORN, None)


def _new(session: Session) -> Iterator[tuple[Petition, SumChange | None]]:
    for row in session.new:
        table = OF_MODEL.get(type(row))
        if table is None or table is PERSON:
            continue  # a person is put in with his or her part in a petition
        petition = _petition_of(session, row)
        if table.has_id and row.id is None:
            session.info.setdefault(BORN, []).append(row)
            yield petition, None
            continue
        yield petition, (table.name, 1, mark(table, _values(row), vault(), _owner(session, table, row)))
        if table is PARTY:
            person = session.get_one(Petitioner, row.petitioner_id)
            yield petition, (PERSON.name, 1, mark(PERSON, _values(person), vault()))


def _changed(session: Session) -> Iterator[tuple[Petition, SumChange]]:
    for row in session.dirty:
        table = OF_MODEL.get(type(row))
        if table is None or instance_state(row).committed_state.keys().isdisjoint(table.signed):
            continue
        old, new = _values_before(session, table, row), _values(row)
        owner = _owner(session, table, row)
        before, after = mark(table, old, vault(), owner), mark(table, new, vault(), owner)
        if before == after:
            continue
        for petition in _petitions_of(session, row):
            yield petition, (table.name, -1, before)
            yield petition, (table.name, 1, after)


def _deleted(session: Session) -> Iterator[tuple[Petition, SumChange]]:
    for row in session.deleted:
        table = OF_MODEL.get(type(row))
        if table is None or table is PETITION:
            continue
        hashed = mark(table, _values_before(session, table, row), vault(), _owner(session, table, row))
        for petition in _petitions_of(session, row):
            yield petition, (table.name, -1, hashed)


def _values(row: SQLModel) -> Mapping[str, Any]:
    values: Mapping[str, Any] = instance_state(row).dict
    return values if values.keys() >= set(OF_MODEL[type(row)].signed) else _Loading(row)


class _Loading(dict[str, Any]):
    """The values of a row of which something has still to be loaded."""

    def __init__(self, row: SQLModel) -> None:
        super().__init__()
        self._row = row

    def __missing__(self, name: str) -> Any:
        return getattr(self._row, name)


def _values_before(session: Session, table: Filed, row: Any) -> Mapping[str, Any]:
    """What stands in the database of a row that is about to be written."""
    was = {name: value for name, value in instance_state(row).committed_state.items() if name in table.signed}
    if any(type(value).__module__.startswith("sqlalchemy") for value in was.values()):  # written without having been read
        found = session.execute(rows_of(table).where(table.model.id == row.id)).first()  # type: ignore[attr-defined]
        return dict(found._mapping) if found else {}
    now = _values(row)
    return {name: was[name] if name in was else now[name] for name in table.signed}


def _owner(session: Session, table: Filed, row: Any) -> str:
    return str(session.get_one(Clock, row.clock_id).number) if table in OF_CLOCKS else ""


def _petition_of(session: Session, row: Any) -> Petition:
    if isinstance(row, Petition):
        return row
    petition_id = session.get_one(Clock, row.clock_id).petition_id if OF_MODEL[type(row)] in OF_CLOCKS else row.petition_id
    return session.get_one(Petition, petition_id)


def _petitions_of(session: Session, row: Any) -> list[Petition]:
    if not isinstance(row, Petitioner):
        return [_petition_of(session, row)]
    named = session.execute(select(col(Party.petition_id)).where(col(Party.petitioner_id) == row.id)).scalars()
    return [session.get_one(Petition, petition_id) for petition_id in named]


def _sign(session: Session, petition: Petition, turns: list[SumChange]) -> None:
    newest, kept = _newest(session, petition), petition.file_sums
    if (kept is None or kept.keys() == {TOUCHED}) and not instance_state(petition).pending:
        kept = (kept or {}) | _first_sums(session, petition)
    sums = dict(kept or {})
    for turn in turns:
        turned(sums, turn)
    if newest is not None:
        sums[LEFT] = digest(sums, vault())
        newest.facts = newest.facts | {LEFT: sums[LEFT]}
        newest.hash = petition.head_hash = event_hash(newest, vault())
        petition.head_seal = head_seal(petition, vault())
    petition.file_sums = sums | {SEAL: sums_seal(petition, sums, vault())} if petition.id else sums


def _first_sums(session: Session, petition: Petition) -> Sums:
    """The sums of a file that has none, as it stands in the database before anything of what waits is written.

    One from before there were sums is taken as it is found. One whose sums are gone has to fit what its newest event tells.
    """
    sums: Sums = {}
    for table in FILE:
        for row in session.execute(rows_of(table).where(of_petition(table) == petition.id)):
            turned(sums, (table.name, 1, mark(table, dict(row._mapping), vault(), owner_of(row))))
    of_it = select(col(CaseEvent.facts), col(CaseEvent.seq)).where(col(CaseEvent.petition_id) == petition.id)
    newest = session.execute(of_it.order_by(col(CaseEvent.seq).desc()).limit(1)).first()
    told = newest.facts.get(LEFT) if newest else None
    if newest and told not in (None, digest(sums, vault())):
        sums[TOUCHED] = str(newest.seq)
    return sums | ({LEFT: told} if told else {})
