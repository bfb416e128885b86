"""Searching: by number, by person (keyed hashes, exact), by unit, state and date; newest receipt first, page by page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models.dispatch import Dispatch
from models.petition import Petition
from models.petitioner import Party, Petitioner
from models.vocabulary.case import State
from rules.errors import AnswerRefusedError
from rules.lifecycle.share import GONE_UNITS
from rules.normal_form import number_form
from tasks.reading.listing import rows_of
from tasks.record.hashes import digests_of, has_phone
from tasks.record.organs import organs_called

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What to look for; everything that is filled in has to hold. Dates are days of receipt in Asia/Shanghai.

    ``name``, ``phone`` and ``id_number`` are compared by keyed hash with every person of a petition, whole words only:
    nothing is unsealed. ``unit`` is a code or a part of a name. ``after`` is the ``next`` of the page before.
    """

    number: str = ""
    name: str = ""
    phone: str = ""
    id_number: str = ""
    unit: str = ""
    state: State | None = None
    received_from: date | None = None
    received_until: date | None = None
    after: str = ""
    limit: int = PAGE


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of what was found, as lists show it, and where the next one begins; nothing when this is the last."""

    rows: list[dict[str, Any]]
    next: str = ""


def search(session: Session, wanted: Wanted, *, today: date) -> Page:
    """Find petitions; raises ``AnswerRefusedError`` for an ``after`` that no page ended with.

    A draft has no number yet and is not found.
    """
    found = list(session.exec(search_query(session, wanted)))
    shown = found[: wanted.limit]
    more = f"{shown[-1].receipt_on}/{shown[-1].id}" if len(found) > wanted.limit else ""
    return Page(rows=rows_of(session, shown, today=today), next=more)


def search_query(session: Session, wanted: Wanted) -> Any:
    """Build the query of a search, one row longer than the page."""
    order = col(Petition.receipt_on).desc(), col(Petition.id).desc()
    query = select(Petition).where(col(Petition.number).is_not(None)).order_by(*order).limit(wanted.limit + 1)
    if wanted.number.strip():
        query = query.where(Petition.number == number_form(wanted.number))
    if theirs := _of_person(wanted):
        query = query.where(col(Petition.id).in_(_petitions_of(theirs)))
    if wanted.unit.strip():
        query = query.where(col(Petition.id).in_(_at_units(session, wanted.unit.strip())))
    return query.where(*_at_state_and_date(wanted), *_after(wanted))


def _at_state_and_date(wanted: Wanted) -> list[Any]:
    held: list[Any] = [Petition.state == wanted.state] if wanted.state else []
    if wanted.received_from:
        held.append(col(Petition.receipt_on) >= wanted.received_from)
    if wanted.received_until:
        held.append(col(Petition.receipt_on) <= wanted.received_until)
    return held


def _of_person(wanted: Wanted) -> list[Any]:
    digests, further = digests_of(name=wanted.name, id_number=wanted.id_number, phone=wanted.phone)
    phone = digests.pop("phone_digest")
    held: list[Any] = [getattr(Petitioner, column) == digest for column, digest in digests.items() if digest]
    return [*held, has_phone([phone, *further])] if phone else held


def _petitions_of(theirs: list[Any]) -> Any:
    return select(Party.petition_id).join(Petitioner, col(Petitioner.id) == col(Party.petitioner_id)).where(*theirs)


def _at_units(session: Session, unit: str) -> Any:
    """The petitions of the units; their row numbers are looked up first, for what the planner knows of each is its own."""
    organs = list(session.exec(organs_called(unit)))
    return select(Dispatch.petition_id).where(col(Dispatch.organ_id).in_(organs), col(Dispatch.state).not_in(GONE_UNITS))


def _after(wanted: Wanted) -> list[Any]:
    if not wanted.after.strip():
        return []
    day, _, row = wanted.after.strip().partition("/")
    try:
        last_day, last_row = date.fromisoformat(day), int(row)
    except ValueError:
        raise AnswerRefusedError(f"“{wanted.after}”不是上一页给出的续页标记，请原样填写或者留空") from None
    # The first condition says nothing new, but both databases can enter an index by it.
    same_day = and_(col(Petition.receipt_on) == last_day, col(Petition.id) < last_row)
    return [col(Petition.receipt_on) <= last_day, or_(col(Petition.receipt_on) < last_day, same_day)]
