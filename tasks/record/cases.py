"""Cases: finding a petition and its parts, and locking it, once, for whoever is going to change it."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, String, bindparam, cast, func, literal
from sqlmodel import Session, col, select

from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.petition import DRAFT_PREFIX, Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import DispatchState, State, Step
from rules.errors import UnknownCaseError
from rules.normal_form import number_form
from rules.steps import step_of
from tasks.keeping.settings import settings
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


@dataclass(frozen=True)
class Case:
    """A petition under its lock and, where the matter is one unit's, that unit's share of it.

    The lock is the transaction's: a case is good for as long as its session is. Only this module makes one of a petition,
    so that whoever is given a case knows that nobody else changes it meanwhile.
    """

    session: Session
    petition: Petition
    share: Dispatch | None = None

    @property
    def subject(self) -> str:
        """What a run about it is named after."""
        return subject_of(self.petition, self.share)

    @property
    def at_hand(self) -> Petition | Dispatch:
        """The row that the matter is about: the share where there is one, else the petition itself."""
        return self.share or self.petition

    @property
    def state(self) -> State | DispatchState:
        """The state of the row at hand."""
        return self.at_hand.state

    @property
    def step(self) -> Step | None:
        """The step at which it waits for somebody; none when it needs no person."""
        return step_of(self.state)

    @property
    def whole(self) -> "Case":
        """The petition as a whole, under the same lock."""
        return replace(self, share=None)

    def of(self, share: Dispatch | None) -> "Case":
        """One of the petition's shares, or the petition itself for none, under the same lock."""
        return replace(self, share=share)

    def required_share(self) -> Dispatch:
        """The share that an act needs; raises ``UnknownCaseError`` when the petition as a whole was named."""
        if self.share is None:
            raise UnknownCaseError(f"{self.subject} 是整件的编号，请写明是哪一份派件，例如 {self.subject}/1")
        return self.share


def lock_case(session: Session, subject: str) -> Case:
    """Lock a petition, named by its number or draft mark; with a position behind it the case is about that share.

    Waits for whoever holds it; what was read of it before is read anew. Raises ``UnknownCaseError``.
    """
    number, position = split_subject(subject)
    row = draft_row(number)
    query, params = (LOCK_PETITION, {"number": number}) if row is None else (LOCK_DRAFT, {"id": row})
    found = session.exec(query, params=params, execution_options={"populate_existing": True}).first()
    case = case_of_locked(session, _known(found, number))
    return case if position is None else case.of(find_dispatch(session, case.petition, position))


def case_of_locked(session: Session, petition: Petition) -> Case:
    """The case of a petition whose row the transaction has locked already, or has only just written."""
    hold(session, petition)
    return Case(session, petition)


def subject_of(petition: Petition, dispatch: Dispatch | None = None) -> str:
    """Name what a run is about: the petition's number, with the share's position behind a slash."""
    number = petition.number or draft_mark(petition.id)
    return f"{number}/{dispatch.position}" if dispatch else number


def find_petition(session: Session, number: str) -> Petition:
    """Load a petition by number (or draft mark), to be looked at only; raises ``UnknownCaseError``."""
    number = _as_kept(number)
    row = draft_row(number)
    query, params = (PETITION, {"number": number}) if row is None else (DRAFT, {"id": row})
    return _known(session.exec(query, params=params).first(), number)


def _as_kept(number: str) -> str:
    """A number as people type it, written as it is kept: capitals, no wide characters (ｘｆ－2026－0001); a draft in small letters."""
    form = number_form(number)
    if form.startswith(DRAFT_PREFIX.upper()):
        return form.lower()
    prefix = settings().number_prefix
    return prefix + form.removeprefix(number_form(prefix)) if form.startswith(number_form(prefix)) else form


def _known(petition: Petition | None, number: str) -> Petition:
    if petition is None:
        raise UnknownCaseError(f"没有编号为“{number}”的信访件")
    return petition


def draft_mark(row: int) -> str:
    """Name a paper's intake by its row: its name until it has a number, and by which its intake run is known after that."""
    return f"{DRAFT_PREFIX}{row}"


def petition_name() -> ColumnElement[str]:
    """The name of a petition as a whole (``subject_of``), for queries."""
    return func.coalesce(col(Petition.number), literal(DRAFT_PREFIX) + cast(col(Petition.id), String))


def draft_row(number: str) -> int | None:
    """The row that a draft mark names; nothing for a petition's number."""
    row = number.removeprefix(DRAFT_PREFIX)
    return int(row) if row != number and _is_row_number(row) else None


def _is_row_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ROW_NUMBER


def split_subject(subject: str) -> tuple[str, int | None]:
    """Take a subject apart into number and share position."""
    number, slash, position = _as_kept(subject).partition("/")
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
