"""Organs: finding a unit by its code, its name or a part of it, and the one that has its duties today."""

from datetime import date
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from models.organ import Organ
from rules.errors import UnknownCaseError
from tasks.record.locked import held


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


def find_organ(session: Session, name: str) -> Organ:
    """Find an organ by code or name; raises ``UnknownCaseError`` that offers names which come close."""
    wanted = name.strip()
    known = held(session).organ_names
    if wanted not in known:
        organ = session.exec(select(Organ).where(or_(col(Organ.code) == wanted, col(Organ.name) == wanted))).first()
        if organ is None:
            raise UnknownCaseError(f"没有名为“{wanted}”的单位{_names_close_to(session, wanted)}")
        known[wanted] = held(session).organs[organ.id] = organ
    return known[wanted]


def _names_close_to(session: Session, wanted: str) -> str:
    from difflib import get_close_matches

    names = list(session.exec(select(Organ.name)))
    near = [known for known in names if wanted and wanted in known] or get_close_matches(wanted, names, n=3, cutoff=0.4)
    return f"，相近的有：{'、'.join(near[:3])}" if near else ""


def organs_called(unit: str) -> Any:
    """The row numbers of organs with a code, or a name of which this is a part, as a query."""
    return select(Organ.id).where(or_(col(Organ.code) == unit, col(Organ.name).contains(unit, autoescape=True)))


def in_force(session: Session, organ: Organ, on: date) -> Organ:
    """Follow successors to the organ that has the duties on a day; a dead end stays for the guard to refuse."""
    seen = {organ.id}
    while not organ.exists_on(on) and organ.successor_id and organ.successor_id not in seen:
        successor = session.get(Organ, organ.successor_id)
        if successor is None:
            break
        organ = successor
        seen.add(organ.id)
    return organ
