"""Finding and locking petitions and their parts."""

from sqlmodel import Session, col, select

from models.dispatch import Dispatch
from models.officer import Officer
from models.organ import Organ
from models.petition import Petition
from rules.errors import UnknownCaseError

DRAFT_PREFIX = "draft-"
LONGEST_ROW_NUMBER = 15
LOCKED = "locked_petitions"
"""Where a session, which lives for one transaction, keeps the petitions that it holds the lock of."""


def subject_of(petition: Petition, dispatch: Dispatch | None = None) -> str:
    """Name what a run is about: the petition's number, with the share's position behind a slash."""
    number = petition.number or f"{DRAFT_PREFIX}{petition.id}"
    return f"{number}/{dispatch.position}" if dispatch else number


def find_petition(session: Session, number: str, *, lock: bool = False) -> Petition:
    """Load a petition by number (or draft mark), with its row locked if asked; raises ``UnknownCaseError``.

    What this transaction has locked before is not read again: nobody else can have changed it since.
    """
    number = number.strip()
    locked: dict[str, Petition] = session.info.setdefault(LOCKED, {})
    if number in locked:
        return locked[number]
    if number.startswith(DRAFT_PREFIX) and _is_row_number(number.removeprefix(DRAFT_PREFIX)):
        query = select(Petition).where(Petition.id == int(number.removeprefix(DRAFT_PREFIX)))
    else:
        query = select(Petition).where(Petition.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    petition = session.exec(query).first()
    if petition is None:
        raise UnknownCaseError(f"没有编号为“{number}”的信访件")
    if lock and petition.number == number:  # a draft's row number may be given out again after a partial rollback
        locked[number] = petition
    return petition


def note_locked(session: Session, petition: Petition) -> None:
    """Note that this transaction holds a petition's row lock."""
    if petition.number:
        session.info.setdefault(LOCKED, {})[petition.number] = petition


def _is_row_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW_NUMBER


def split_subject(subject: str) -> tuple[str, int | None]:
    """Take a subject apart into number and share position."""
    number, slash, position = subject.partition("/")
    if slash and not _is_row_number(position):
        raise UnknownCaseError(f"“{subject}”不是信访件或派件的编号")
    return number, int(position) if slash else None


def dispatches_of(session: Session, petition: Petition) -> list[Dispatch]:
    """Load a petition's shares in order."""
    query = select(Dispatch).where(Dispatch.petition_id == petition.id).order_by(col(Dispatch.position))
    return list(session.exec(query))


def find_dispatch(session: Session, petition: Petition, position: int) -> Dispatch:
    """Load one share; raises ``UnknownCaseError``."""
    query = select(Dispatch).where(Dispatch.petition_id == petition.id, Dispatch.position == position)
    dispatch = session.exec(query).first()
    if dispatch is None:
        raise UnknownCaseError(f"信访件 {petition.number} 没有第 {position} 号派件")
    return dispatch


def organ_by_id(session: Session, organ_id: int) -> Organ:
    """Load an organ that must exist."""
    organ = session.get(Organ, organ_id)
    if organ is None:
        raise UnknownCaseError("单位不存在")
    return organ


def officers_with(session: Session, codes: set[str]) -> dict[str, Officer]:
    """Load officers by work number."""
    return {officer.code: officer for officer in session.exec(select(Officer).where(col(Officer.code).in_(codes)))}
