"""Queueing letters: written in the transaction of the change that causes them, sent afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event
from models.vocabulary.limits import ClockState
from models.vocabulary.papers import Letter
from models.vocabulary.people import UnitRole
from notifications.catalogue import CatalogueRow, row_for
from rules.access import shows_petitioner
from rules.letters import goes_out, names_due_day, nobody_to_tell, owed_by
from rules.lifecycle.row import Transition
from rules.lifecycle.share import FINISHED_UNITS, GONE_UNITS
from rules.zone import legal_day
from tasks.keeping.settings import settings
from tasks.keeping.vault import vault
from tasks.record.act import Act
from tasks.record.cases import clocks_of, dispatches_of, organ_by_id, organs_by_id, people_of, subject_of
from tasks.record.facts import flags_of
from tasks.record.serials import letter_number

TO_POSITIONS = "to_positions"
"""Key under which an operation names the shares that an overlay's letter goes to."""


SPOKEN = (
    "may_extend",
    "owed_on",
    "reason",
    "ground",
    "reply_due_on",
    "answer",
    "extension_due_on",
    "parent_number",
    "meeting",
    "where_to_go",
)
"""Words that only the operation at hand knows; empty in letters that it does not cause."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a step of a clock's ladder sends instead of the letters of the lifecycle's row.

    No letter when only the event is put on record. ``facts`` are codes and dates for the event; ``leaves_at`` is the
    first instant at which the office is open.
    """

    clock: Clock
    facts: dict[str, Any]
    letter: Letter | None = None
    share: Dispatch | None = None
    leaves_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """Who gets a letter: a unit for its share, a petitioner, or the office itself."""

    key: str
    name: str
    address: str | None = None
    dispatch: Dispatch | None = None
    organ: Organ | None = None


def queue_letters(
    session: Session,
    petition: Petition,
    row: Transition,
    event: CaseEvent,
    *,
    act: Act,
    dispatch: Dispatch | None,
    clocks: dict[str, Clock],
    words: dict[str, Any],
    order: Order | None = None,
) -> None:
    """Write one outbox message per letter and addressee that the lifecycle's row, or a ladder's step, names."""
    for letter in _letters(row, order):
        if not goes_out(letter, objections=dispatch.objections if dispatch else 0):
            continue
        entry = row_for(letter)
        share = order.share if order else dispatch
        for addressee in _addressees(session, petition, entry, row, dispatch=share, words=words):
            facts = _facts(session, petition, entry, addressee, row, act=act, clocks=clocks, words=words, order=order)
            _queue(session, petition, letter, entry, event, addressee, facts, act=act, order=order)


def _letters(row: Transition, order: Order | None) -> tuple[Letter, ...]:
    if order is None:
        return row.letters
    return (order.letter,) if order.letter else ()


def _addressees(
    session: Session,
    petition: Petition,
    entry: CatalogueRow,
    row: Transition,
    *,
    dispatch: Dispatch | None,
    words: dict[str, Any],
) -> Iterator[Addressee]:
    if entry.addressee == "office":
        yield Addressee(key="office", name=settings().office_name, dispatch=dispatch)
    elif entry.addressee == "unit":
        for share in _shares(session, petition, row, dispatch=dispatch, words=words):
            organ = organ_by_id(session, share.organ_id)
            yield Addressee(key=f"unit{share.id}", name=organ.name, address=organ.address, dispatch=share, organ=organ)
    elif dispatch is None or dispatch.role is UnitRole.LEAD:
        yield from _petitioners(session, petition, dispatch)


def _shares(
    session: Session, petition: Petition, row: Transition, *, dispatch: Dispatch | None, words: dict[str, Any]
) -> list[Dispatch]:
    if dispatch is not None:
        return [dispatch]
    subject = session.get(Petition, petition.parent_id) if row.event is Event.ATTACH else petition
    shares = dispatches_of(session, subject) if subject else []
    chosen = words.get(TO_POSITIONS)
    return [s for s in shares if s.state not in FINISHED_UNITS and (chosen is None or s.position in chosen)]


def _petitioners(session: Session, petition: Petition, dispatch: Dispatch | None) -> Iterator[Addressee]:
    """Yield the lead petitioner, if there is anybody to tell."""
    if nobody_to_tell(flags_of(petition)):
        return
    for person in people_of(session, petition)[:1]:
        email = f"mailto:{vault().open(person.email_sealed)}" if person.email_sealed else None
        yield Addressee(key=f"person{person.id}", name="信访人", address=email, dispatch=dispatch)


def _facts(
    session: Session,
    petition: Petition,
    entry: CatalogueRow,
    addressee: Addressee,
    row: Transition,
    *,
    act: Act,
    clocks: dict[str, Clock],
    words: dict[str, Any],
    order: Order | None,
) -> dict[str, Any]:
    """Look up what the letter needs, and nothing else: a reminder to the office asks for no people and no units."""
    known: dict[str, Any] = _plain_facts(petition, row, act)
    if order and order.leaves_at:
        known["written_on"] = chinese_date(legal_day(order.leaves_at))
    if UNIT_FACTS & set(entry.needs):
        known |= _unit_facts(session, petition, entry, addressee, clocks, act)
    if "petitioner_name" in entry.needs:
        known["petitioner_name"] = _petitioner_name(session, petition, to_self=addressee.key.startswith("person"))
    spoken = dict.fromkeys(SPOKEN, "")
    return spoken | known | {name: value for name, value in words.items() if name != TO_POSITIONS}


UNIT_FACTS = {"owed", "unit_name", "unit_role", "units", "lead_unit", "due_on", "report_wanted"}


def _plain_facts(petition: Petition, row: Transition, act: Act) -> dict[str, Any]:
    return {
        "number": subject_of(petition),
        "title": petition.title,
        "people_count": str(petition.people_count),
        "receipt_on": chinese_date(petition.receipt_on),
        "registered_on": chinese_date(petition.registered_on),
        "channel": petition.channel.label,
        "basis": row.basis,
        "delivered_on": chinese_date(petition.delivered_on),
        "closed_on": chinese_date(petition.closed_on),
        "outcome": petition.outcome.label if petition.outcome else "",
        "office_name": settings().office_name,
        "office_phone": settings().office_phone,
        "written_on": chinese_date(act.happened_on),
        "letter_no": "",
    }


def _unit_facts(
    session: Session, petition: Petition, entry: CatalogueRow, addressee: Addressee, clocks: dict[str, Clock], act: Act
) -> dict[str, Any]:
    share, shares = addressee.dispatch, dispatches_of(session, petition)
    organs = organs_by_id(session, {s.organ_id for s in shares})
    names = {s.id: organs[s.organ_id].name for s in shares}
    due = clocks.get("assign") or (_handling_limit(session, petition, share) if share else None)
    passed = due is not None and not names_due_day(entry.letter, due.due_on, act.happened_on)
    return {
        "unit_name": (names.get(share.id, "") if share else "") or addressee.name,
        "unit_role": share.role.label if share else "",
        "units": [names[s.id] for s in shares if s.state not in GONE_UNITS],
        "lead_unit": next((names[s.id] for s in shares if s.role is UnitRole.LEAD), ""),
        "due_on": "" if passed else shown_due(due) if due else chinese_date(share.limit_on if share else None),
        "owed": owed_by(share.state if share else None, result_wanted=bool(share and share.result_wanted)),
        "report_wanted": "是" if share and share.result_wanted else "",
    }


def _handling_limit(session: Session, petition: Petition, share: Dispatch) -> Clock | None:
    own = (clock for clock in clocks_of(session, petition) if clock.dispatch_id == share.id and clock.rule_key == "assign")
    return next((clock for clock in own if clock.state is ClockState.RUNNING), None)


def _petitioner_name(session: Session, petition: Petition, *, to_self: bool) -> str:
    """The lead petitioner's name; towards others an accuser's name stays with the office (条例 第三十条)."""
    if not shows_petitioner(petition.petition_class, flags_of(petition), to_self=to_self):
        return "（保密）"
    people = people_of(session, petition)
    return vault().open(people[0].name_sealed) if people and people[0].name_sealed else "匿名"


def _queue(
    session: Session,
    petition: Petition,
    letter: Letter,
    entry: CatalogueRow,
    event: CaseEvent,
    addressee: Addressee,
    facts: dict[str, Any],
    *,
    act: Act,
    order: Order | None,
) -> None:
    if letter in (Letter.REFERRAL_LETTER, Letter.ASSIGNMENT_LETTER) and addressee.dispatch:
        facts["letter_no"] = addressee.dispatch.letter_no
    elif entry.serial and not facts["letter_no"]:
        facts["letter_no"] = letter_number(session, entry.serial, act.happened_on)
    session.add(
        OutboxMessage(
            key=f"{petition.id}:{event.seq}:{letter.value}:{addressee.key}",
            petition_id=petition.id,
            dispatch_id=addressee.dispatch.id if addressee.dispatch else None,
            event_seq=event.seq,
            letter=letter,
            letter_no=facts["letter_no"] or None,
            addressee=addressee.name,
            address_sealed=vault().seal(addressee.address) if addressee.address else None,
            facts_sealed=vault().seal_facts(facts),
            clock_id=order.clock.id if order else None,
            office_hours=order is not None,
            next_try_at=(order and order.leaves_at) or act.as_of,
            created_at=act.as_of,
        )
    )


def shown_due(clock: Clock) -> str:
    """Write a clock's due date for a letter; one that a missing calendar leaves open is marked."""
    return marked_date(clock.due_on, provisional=clock.provisional)


def marked_date(day: date, *, provisional: bool) -> str:
    """Write a day for a letter, marked when a missing calendar leaves it open."""
    return f"{chinese_date(day)}{'（暂定）' if provisional else ''}"


def chinese_date(day: date | None) -> str:
    """Write a day as 2026年5月6日; nothing for no day."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
