"""Finding and locking petitions and their parts."""

from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.officer import Officer
from models.organ import Organ
from models.petition import Petition
from models.petitioner import Party, Petitioner
from rules.errors import UnknownCaseError
from tasks.record.locked import DRAFT_PREFIX as DRAFT_PREFIX
from tasks.record.locked import held, hold, parts

LONGEST_ROW_NUMBER = 15

# Built once: putting a statement together and finding it again costs more than the database needs to answer it.
PETITION = select(Petition).where(col(Petition.number) == bindparam("number"))
DRAFT = select(Petition).where(col(Petition.id) == bindparam("id"))
LOCK_PETITION, LOCK_DRAFT = PETITION.with_for_update(), DRAFT.with_for_update()
SHARES = (
    select(Dispatch, Organ)
    .join(Organ, col(Organ.id) == col(Dispatch.organ_id))
    .where(col(Dispatch.petition_id) == bindparam("petition_id"))
    .order_by(col(Dispatch.position))
)
CLOCKS = select(Clock).where(col(Clock.petition_id) == bindparam("petition_id")).order_by(col(Clock.number))
PEOPLE = (
    select(Petitioner)
    .join(Party, col(Party.petitioner_id) == col(Petitioner.id))
    .where(col(Party.petition_id) == bindparam("petition_id"))
    .order_by(col(Party.position))
)


def subject_of(petition: Petition, dispatch: Dispatch | None = None) -> str:
    """Name what a run is about: the petition's number, with the share's position behind a slash."""
    number = petition.number or f"{DRAFT_PREFIX}{petition.id}"
    return f"{number}/{dispatch.position}" if dispatch else number


def find_petition(session: Session, number: str, *, lock: bool = False) -> Petition:
    """Load a petition by number (or draft mark), with its row locked if asked; raises ``UnknownCaseError``.

    What this transaction has locked before is not read again: nobody else can have changed it since.
    """
    number = number.strip()
    if (known := held(session).numbers.get(number)) is not None:
        return known
    options = {"populate_existing": True} if lock else {}
    if number.startswith(DRAFT_PREFIX) and _is_row_number(number.removeprefix(DRAFT_PREFIX)):
        params: dict[str, Any] = {"id": int(number.removeprefix(DRAFT_PREFIX))}
        query = LOCK_DRAFT if lock else DRAFT
    else:
        params, query = {"number": number}, LOCK_PETITION if lock else PETITION
    petition = session.exec(query, params=params, execution_options=options).first()
    if petition is None:
        raise UnknownCaseError(f"没有编号为“{number}”的信访件")
    if lock:
        hold(session, petition)
    return petition


def _is_row_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW_NUMBER


def split_subject(subject: str) -> tuple[str, int | None]:
    """Take a subject apart into number and share position."""
    number, slash, position = subject.partition("/")
    if slash and not _is_row_number(position):
        raise UnknownCaseError(f"“{subject}”不是信访件或派件的编号")
    return number, int(position) if slash else None


def dispatches_of(session: Session, petition: Petition) -> list[Dispatch]:
    """Load a petition's shares in order, and with them their organs, which whoever asks for shares needs next."""

    def load() -> list[Dispatch]:
        if petition.lead_organ_id is None:  # given with the first shares, in one transaction
            return []
        found = session.exec(SHARES, params={"petition_id": petition.id}).all()
        held(session).organs |= {organ.id: organ for _, organ in found}
        return [share for share, _ in found]

    return parts(session, petition, "shares", load)


def clocks_of(session: Session, petition: Petition) -> list[Clock]:
    """Load a petition's clocks in the order in which they started."""
    return parts(session, petition, "clocks", lambda: list(session.exec(CLOCKS, params={"petition_id": petition.id})))


def people_of(session: Session, petition: Petition) -> list[Petitioner]:
    """Load a petition's people in order, the lead petitioner first."""
    return parts(session, petition, "people", lambda: list(session.exec(PEOPLE, params={"petition_id": petition.id})))


def find_dispatch(session: Session, petition: Petition, position: int) -> Dispatch:
    """Load one share; raises ``UnknownCaseError``."""
    dispatch = next((share for share in dispatches_of(session, petition) if share.position == position), None)
    if dispatch is None:
        raise UnknownCaseError(f"信访件 {petition.number} 没有第 {position} 号派件")
    return dispatch


def organ_by_id(session: Session, organ_id: int) -> Organ:
    """Load an organ that must exist."""
    organ = organs_by_id(session, {organ_id}).get(organ_id)
    if organ is None:
        raise UnknownCaseError("单位不存在")
    return organ


def organs_by_id(session: Session, ids: set[int]) -> dict[int, Organ]:
    """Load organs by row number, each once a transaction; those that do not exist are left out."""
    known = held(session).organs
    if missing := ids - known.keys():
        with session.no_autoflush:  # nothing that waits to be written changes an organ
            known |= {organ.id: organ for organ in session.exec(select(Organ).where(col(Organ.id).in_(missing)))}
    return {organ_id: known[organ_id] for organ_id in ids if organ_id in known}


def officers_with(session: Session, codes: set[str]) -> dict[str, Officer]:
    """Load officers by work number."""
    return {officer.code: officer for officer in session.exec(select(Officer).where(col(Officer.code).in_(codes)))}
