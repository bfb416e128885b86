"""Duplicates: looking for earlier petitions of the same people."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, or_, select

from models.petition import Petition
from models.petitioner import FurtherPhone, Party, Petitioner
from models.vocabulary.case import Event, State
from tasks.record.act import Act
from tasks.record.cases import Case, people_of
from tasks.record.hashes import has_phone
from tasks.transitions import Change, advance


def likely_duplicates(session: Session, petition: Petition, *, limit: int = 5) -> list[Petition]:
    """Find earlier petitions with the same ID number, or the same name and phone, of any of the people."""
    own = people_of(session, petition)
    numbers = [p.id_number_digest for p in own if p.id_number_digest]
    same_person: list[ColumnElement[bool]] = [col(Petitioner.id_number_digest).in_(numbers)] if numbers else []
    further = _further_phones(session, own)
    for person in own:
        if person.name_digest and person.phone_digest:
            phones = [person.phone_digest, *further.get(person.id, ())]
            same_person.append(and_(col(Petitioner.name_digest) == person.name_digest, has_phone(phones)))
    if not same_person:
        return []
    theirs = select(Party.petition_id).join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id)).where(or_(*same_person))
    query = (
        select(Petition)
        .where(col(Petition.id).in_(theirs), Petition.id != petition.id)
        .where(col(Petition.number).is_not(None), Petition.state != State.VOID)
        .order_by(col(Petition.id).desc())
        .limit(limit)
    )
    return list(session.exec(query))


def _further_phones(session: Session, own: Sequence[Petitioner]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for phone in session.exec(select(FurtherPhone).where(col(FurtherPhone.petitioner_id).in_([one.id for one in own]))):
        found.setdefault(phone.petitioner_id, []).append(phone.digest)
    return found


def check_duplicates(case: Case, *, act: Act) -> list[str]:
    """Look for earlier petitions of the same people; a hit asks a person to decide. Returns their numbers."""
    if case.state is not State.REGISTERED:
        return []
    found = [str(earlier.number) for earlier in likely_duplicates(case.session, case.petition)]
    if found:
        change = Change(Event.FLAG_DUPLICATE, asked={"duplicates": len(found)}, record={"candidates": found})
        advance(case, change, act.by_system())
    return found
