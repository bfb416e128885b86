"""Queueing letters: written in the transaction of the change that causes them, sent afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.case_event import CaseEvent
from models.clock import Clock
from models.dispatch import Dispatch
from models.organ import Organ
from models.outbox_message import OutboxMessage
from models.petition import Petition
from models.vocabulary.case import Event
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
from tasks.record.cases import Case, dispatches_of, people_of, subject_of
from tasks.record.organs import organ_by_id, organs_by_id
from tasks.record.serials import letter_number
from tasks.record.situation import flags_of, running_clock

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

    No letter when only the event is put on record. ``record`` are codes and dates for the event; ``leaves_at`` is the
    first instant at which the office is open.
    """

    clock: Clock
    record: dict[str, Any]
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


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a letter is written about: the case, what happened to it and by which row, and what only the act knows.

    ``clocks`` are the limits that started with it, by rule key; ``words`` are said in the letters alone; ``order``
    stands in the place of the row's letters when a ladder's step is taken.
    """

    case: Case
    row: Transition
    event: CaseEvent
    act: Act
    clocks: Mapping[str, Clock]
    words: Mapping[str, Any]
    order: Order | None = None

    @property
    def share(self) -> Dispatch | None:
        """The share that the letters are about, if any."""
        return self.order.share if self.order else self.case.share

    @property
    def letters(self) -> tuple[Letter, ...]:
        """The letters that the lifecycle's row, or the ladder's step, names."""
        if self.order is None:
            return self.row.letters
        return (self.order.letter,) if self.order.letter else ()


def queue_letters(occasion: Occasion) -> None:
    """Write one outbox message per letter and addressee that the occasion calls for."""
    objections = occasion.case.share.objections if occasion.case.share else 0
    for letter in occasion.letters:
        if not goes_out(letter, objections=objections):
            continue
        entry = row_for(letter)
        for addressee in _addressees(occasion, entry):
            _queue(occasion, entry, addressee, _facts(occasion, entry, addressee))


def _addressees(occasion: Occasion, entry: CatalogueRow) -> Iterator[Addressee]:
    share = occasion.share
    if entry.addressee == "office":
        yield Addressee(key="office", name=settings().office_name, dispatch=share)
    elif entry.addressee == "unit":
        for one in _shares(occasion):
            organ = organ_by_id(occasion.case.session, one.organ_id)
            yield Addressee(key=f"unit{one.id}", name=organ.name, address=organ.address, dispatch=one, organ=organ)
    elif share is None or share.role is UnitRole.LEAD:
        yield from _petitioners(occasion.case, share)


def _shares(occasion: Occasion) -> list[Dispatch]:
    if occasion.share is not None:
        return [occasion.share]
    session, petition = occasion.case.session, occasion.case.petition
    subject = session.get(Petition, petition.parent_id) if occasion.row.event is Event.ATTACH else petition
    shares = dispatches_of(session, subject) if subject else []
    chosen = occasion.words.get(TO_POSITIONS)
    return [s for s in shares if s.state not in FINISHED_UNITS and (chosen is None or s.position in chosen)]


def _petitioners(case: Case, share: Dispatch | None) -> Iterator[Addressee]:
    """Yield the lead petitioner, if there is anybody to tell."""
    if nobody_to_tell(flags_of(case.petition)):
        return
    for person in people_of(case.session, case.petition)[:1]:
        email = f"mailto:{vault().open(person.email_sealed)}" if person.email_sealed else None
        yield Addressee(key=f"person{person.id}", name="信访人", address=email, dispatch=share)


def _facts(occasion: Occasion, entry: CatalogueRow, addressee: Addressee) -> dict[str, Any]:
    """Look up what the letter needs, and nothing else: a reminder to the office asks for no people and no units."""
    known: dict[str, Any] = _plain_facts(occasion)
    if occasion.order and occasion.order.leaves_at:
        known["written_on"] = chinese_date(legal_day(occasion.order.leaves_at))
    if UNIT_FACTS & set(entry.needs):
        known |= _unit_facts(occasion, entry, addressee)
    if "petitioner_name" in entry.needs:
        known["petitioner_name"] = _petitioner_name(occasion.case, to_self=addressee.key.startswith("person"))
    spoken = dict.fromkeys(SPOKEN, "")
    return spoken | known | {name: value for name, value in occasion.words.items() if name != TO_POSITIONS}


UNIT_FACTS = {"owed", "unit_name", "unit_role", "units", "lead_unit", "due_on", "report_wanted"}


def _plain_facts(occasion: Occasion) -> dict[str, Any]:
    petition = occasion.case.petition
    return {
        "number": subject_of(petition),
        "title": petition.title,
        "people_count": str(petition.people_count),
        "receipt_on": chinese_date(petition.receipt_on),
        "registered_on": chinese_date(petition.registered_on),
        "channel": petition.channel.label,
        "basis": occasion.row.basis,
        "delivered_on": chinese_date(petition.delivered_on),
        "closed_on": chinese_date(petition.closed_on),
        "outcome": petition.outcome.label if petition.outcome else "",
        "office_name": settings().office_name,
        "office_phone": settings().office_phone,
        "written_on": chinese_date(occasion.act.happened_on),
        "letter_no": "",
    }


def _unit_facts(occasion: Occasion, entry: CatalogueRow, addressee: Addressee) -> dict[str, Any]:
    session, petition = occasion.case.session, occasion.case.petition
    share, shares = addressee.dispatch, dispatches_of(session, petition)
    organs = organs_by_id(session, {s.organ_id for s in shares})
    names = {s.id: organs[s.organ_id].name for s in shares}
    due = occasion.clocks.get("assign") or (running_clock(occasion.case.of(share), "assign") if share else None)
    passed = due is not None and not names_due_day(entry.letter, due.due_on, occasion.act.happened_on)
    return {
        "unit_name": (names.get(share.id, "") if share else "") or addressee.name,
        "unit_role": share.role.label if share else "",
        "units": [names[s.id] for s in shares if s.state not in GONE_UNITS],
        "lead_unit": next((names[s.id] for s in shares if s.role is UnitRole.LEAD), ""),
        "due_on": "" if passed else shown_due(due) if due else chinese_date(share.limit_on if share else None),
        "owed": owed_by(share.state if share else None, result_wanted=bool(share and share.result_wanted)),
        "report_wanted": "是" if share and share.result_wanted else "",
    }


def _petitioner_name(case: Case, *, to_self: bool) -> str:
    """The lead petitioner's name; towards others an accuser's name stays with the office (条例 第三十条)."""
    petition = case.petition
    if not shows_petitioner(petition.petition_class, flags_of(petition), to_self=to_self):
        return "（保密）"
    people = people_of(case.session, petition)
    return vault().open(people[0].name_sealed) if people and people[0].name_sealed else "匿名"


def _queue(occasion: Occasion, entry: CatalogueRow, addressee: Addressee, facts: dict[str, Any]) -> None:
    case, order, act = occasion.case, occasion.order, occasion.act
    if entry.letter in (Letter.REFERRAL_LETTER, Letter.ASSIGNMENT_LETTER) and addressee.dispatch:
        facts["letter_no"] = addressee.dispatch.letter_no
    elif entry.serial and not facts["letter_no"]:
        facts["letter_no"] = letter_number(case.session, entry.serial, act.happened_on)
    case.session.add(
        OutboxMessage(
            key=f"{case.petition.id}:{occasion.event.seq}:{entry.letter.value}:{addressee.key}",
            petition_id=case.petition.id,
            dispatch_id=addressee.dispatch.id if addressee.dispatch else None,
            event_seq=occasion.event.seq,
            letter=entry.letter,
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
